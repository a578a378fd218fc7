/*
 * version (1 byte), count of positions (varint), a header of 16 bits for each run of 128 positions, then the runs' bodies
 * (pfor.h). A value is the position itself for the first of a posting, and the gap to the one before less one for the others. The
 * headers stand together, so a run in the middle is found by adding up sizes without touching those before it.
 *
 * In a record of version 2 the numbers of forms follow in the same way: headers, then bodies. Position i has number i.
 */
#include "position_group.h"

#include "pfor.h"
#include "varint.h"

enum { POSITION_GROUP_VERSION = 1, POSITION_GROUP_WITH_FORMS = 2 };

static bool any_form(const uint32_t *forms, uint64_t count)
{
    for (uint64_t i = 0; forms && i < count; i++)
        if (forms[i]) return true;
    return false;
}

static void append_forms(const uint32_t *forms, uint64_t count, struct buffer *out)
{
    uint64_t run_count = count / PFOR_COUNT + (count % PFOR_COUNT != 0);
    size_t header_at = out->length;
    buffer_append_zeros(out, (size_t)run_count * 2);
    for (uint64_t at = 0; at < count && !out->failed; at += PFOR_COUNT, header_at += 2) {
        uint32_t run_length = count - at < PFOR_COUNT ? (uint32_t)(count - at) : PFOR_COUNT;
        uint16_t header = pfor_encode(forms + at, run_length, out);
        if (!out->failed) store_u16(out->bytes + header_at, header);
    }
}

void position_group_encode(const uint32_t *positions, const uint32_t *forms, uint64_t count, const uint32_t *tfs,
                           uint32_t posting_count, struct buffer *out)
{
    uint64_t run_count = count / PFOR_COUNT + (count % PFOR_COUNT != 0);
    bool with_forms = any_form(forms, count);
    buffer_append_u8(out, with_forms ? POSITION_GROUP_WITH_FORMS : POSITION_GROUP_VERSION);
    varint_append(out, count);
    size_t header_at = out->length;
    if (run_count > SIZE_MAX / 8) out->failed = true;
    buffer_append_zeros(out, (size_t)run_count * 2);
    uint32_t posting = 0, left = posting_count ? tfs[0] : 0, next = 0, run[PFOR_COUNT], run_length = 0;
    for (uint64_t i = 0; i < count && !out->failed; i++) {
        while (left == 0 && posting + 1 < posting_count) {
            left = tfs[++posting];
            next = 0;
        }
        run[run_length++] = positions[i] - next;
        next = positions[i] + 1;
        left--;
        if (run_length < PFOR_COUNT && i + 1 < count) continue;
        uint16_t header = pfor_encode(run, run_length, out);
        if (!out->failed) store_u16(out->bytes + header_at, header);
        header_at += 2;
        run_length = 0;
    }
    if (with_forms) append_forms(forms, count, out);
}

struct group {
    bool with_forms;
    uint64_t count, run_count;
    const uint8_t *headers, *bodies, *end;
};

static const char *group_open(const uint8_t *bytes, size_t length, struct group *group)
{
    if (length < 1) return "a position group is empty";
    const uint8_t *at = bytes + 1, *end = bytes + length;
    group->with_forms = bytes[0] == POSITION_GROUP_WITH_FORMS;
    if (bytes[0] != POSITION_GROUP_VERSION && !group->with_forms) return "a position group's version is unknown";
    if (!varint_read(&at, end, &group->count)) return "a position group is cut short";
    group->run_count = group->count / PFOR_COUNT + (group->count % PFOR_COUNT != 0);
    if (group->run_count > (uint64_t)(end - at) / 2) return "a position group is cut short";
    group->headers = at;
    group->bodies = at + 2 * group->run_count;
    group->end = end;
    return NULL;
}

static uint32_t run_length(const struct group *group, uint64_t run)
{
    uint64_t left = group->count - run * PFOR_COUNT;
    return left < PFOR_COUNT ? (uint32_t)left : PFOR_COUNT;
}

static size_t run_size(const struct group *group, uint64_t run)
{
    return pfor_size(load_u16(group->headers + 2 * run), run_length(group, run));
}

/* Moves over the bodies of all runs. */
static const char *skip_runs(const struct group *group, const uint8_t **body)
{
    for (uint64_t run = 0; run < group->run_count; run++) {
        size_t size = run_size(group, run);
        if (size > (size_t)(group->end - *body)) return "a position group is shorter than its runs";
        *body += size;
    }
    return NULL;
}

/* Makes the group that of the numbers of forms. */
static const char *group_turn_to_forms(struct group *group)
{
    const uint8_t *at = group->bodies;
    const char *rule = skip_runs(group, &at);
    if (rule) return rule;
    if (group->run_count > (uint64_t)(group->end - at) / 2) return "a position group has no numbers of forms";
    group->headers = at;
    group->bodies = at + 2 * group->run_count;
    return NULL;
}

/* Turns values into positions: sums modulo 2^32, then they must have ascended. */
static const char *sum_positions(uint32_t tf, uint32_t *positions)
{
    uint64_t next = 0;
    for (uint32_t i = 0; i < tf; i++) {
        next += positions[i];
        if (next > UINT32_MAX) return "a position is past 32 bits";
        positions[i] = (uint32_t)next++;
    }
    return NULL;
}

/* `wanted` values after `before` others. */
static const char *group_values(const struct group *group, uint64_t before, uint32_t wanted_count, uint32_t *values)
{
    const uint8_t *body = group->bodies;
    uint64_t run = before / PFOR_COUNT;
    for (uint64_t earlier = 0; earlier < run; earlier++) {
        size_t size = run_size(group, earlier);
        if (size > (size_t)(group->end - body)) return "a position group is shorter than its runs";
        body += size;
    }
    uint32_t at = (uint32_t)(before % PFOR_COUNT);
    for (uint32_t done = 0; done < wanted_count; run++, at = 0) {
        uint16_t header = load_u16(group->headers + 2 * run);
        uint32_t count = run_length(group, run), left_here = count - at, left = wanted_count - done, whole[PFOR_COUNT];
        uint32_t wanted = left_here < left ? left_here : left;
        size_t room = (size_t)(group->end - body);
        const char *rule;
        if (wanted <= 16) {
            rule = pfor_decode_range(body, room, header, count, at, wanted, values + done);
        } else {
            rule = pfor_decode(body, room, header, count, whole);
            if (!rule) memcpy(values + done, whole + at, wanted * sizeof *whole);
        }
        if (rule) return rule;
        body += pfor_size(header, count);
        done += wanted;
    }
    return NULL;
}

const char *position_group_decode(const uint8_t *bytes, size_t length, uint64_t before, uint32_t tf, uint32_t *positions)
{
    struct group group;
    const char *rule = group_open(bytes, length, &group);
    if (rule) return rule;
    if (before > group.count || tf > group.count - before) return "a position group has fewer positions than its postings";
    if (tf == 0) return NULL;
    rule = group_values(&group, before, tf, positions);
    return rule ? rule : sum_positions(tf, positions);
}

const char *position_forms_open(const uint8_t *bytes, size_t length, struct position_forms *forms)
{
    struct group group;
    const char *rule = group_open(bytes, length, &group);
    if (rule) return rule;
    *forms = (struct position_forms){.count = group.count};
    if (!group.with_forms) return NULL;
    rule = group_turn_to_forms(&group);
    if (rule) return rule;
    *forms = (struct position_forms){group.count, group.headers, group.bodies, group.end};
    return NULL;
}

const char *position_forms_decode(const struct position_forms *forms, uint64_t before, uint32_t tf, uint32_t *numbers)
{
    struct group group = {.count = forms->count, .headers = forms->headers, .bodies = forms->bodies, .end = forms->end};
    if (before > group.count || tf > group.count - before) return "a position group has fewer positions than its postings";
    if (tf == 0) return NULL;
    if (forms->headers) return group_values(&group, before, tf, numbers);
    memset(numbers, 0, tf * sizeof *numbers);
    return NULL;
}

const char *position_group_count(const uint8_t *bytes, size_t length, uint64_t *count)
{
    struct group group;
    const char *rule = group_open(bytes, length, &group);
    if (!rule) *count = group.count;
    return rule;
}

const char *position_group_length(const uint8_t *bytes, size_t available, size_t *length)
{
    struct group group;
    const char *rule = group_open(bytes, available, &group);
    if (!rule && group.with_forms) rule = group_turn_to_forms(&group);
    const uint8_t *at = group.bodies;
    if (!rule) rule = skip_runs(&group, &at);
    if (rule) return rule;
    *length = (size_t)(at - bytes);
    return NULL;
}
