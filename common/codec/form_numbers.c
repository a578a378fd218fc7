/*
 * varint: bytes that follow, 0 where all numbers are 0; otherwise a varint, how many numbers, a header of 16 bits for each 128
 * of them, then the bodies of the frames.
 */
#include "form_numbers.h"

#include "pfor.h"
#include "varint.h"

static bool any_number(const uint32_t *numbers, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (numbers[i]) return true;
    return false;
}

static uint64_t runs_of(uint64_t count) { return count / PFOR_COUNT + (count % PFOR_COUNT != 0); }

void form_numbers_encode(const uint32_t *numbers, uint64_t count, struct buffer *out)
{
    struct buffer made = {0};
    if (any_number(numbers, count)) {
        varint_append(&made, count);
        size_t header_at = made.length;
        if (runs_of(count) > SIZE_MAX / 8) made.failed = true;
        buffer_append_zeros(&made, (size_t)runs_of(count) * 2);
        for (uint64_t at = 0; at < count && !made.failed; at += PFOR_COUNT, header_at += 2) {
            uint16_t header = pfor_encode(numbers + at, count - at < PFOR_COUNT ? (uint32_t)(count - at) : PFOR_COUNT, &made);
            if (!made.failed) store_u16(made.bytes + header_at, header);
        }
    }
    varint_append(out, made.length);
    buffer_append(out, made.bytes, made.length);
    if (made.failed) out->failed = true;
    buffer_free(&made);
}

static uint32_t run_length(const struct form_numbers *numbers, uint64_t run)
{
    uint64_t left = numbers->count - run * PFOR_COUNT;
    return left < PFOR_COUNT ? (uint32_t)left : PFOR_COUNT;
}

static size_t run_size(const struct form_numbers *numbers, uint64_t run)
{
    return pfor_size(load_u16(numbers->headers + 2 * run), run_length(numbers, run));
}

const char *form_numbers_open(const uint8_t *bytes, size_t length, struct form_numbers *numbers, size_t *taken)
{
    const uint8_t *at = bytes, *end = bytes + length;
    uint64_t follow;
    *numbers = (struct form_numbers){0};
    if (!varint_read(&at, end, &follow) || follow > (uint64_t)(end - at)) return "a group's numbers of forms are cut short";
    end = at + follow;
    *taken = (size_t)(end - bytes);
    if (follow == 0) return NULL;
    if (!varint_read(&at, end, &numbers->count)) return "a group's numbers of forms are cut short";
    if (runs_of(numbers->count) > (uint64_t)(end - at) / 2) return "a group has fewer numbers of forms than it says";
    numbers->headers = at;
    numbers->bodies = at + 2 * runs_of(numbers->count);
    numbers->end = end;
    size_t left = (size_t)(end - numbers->bodies);
    for (uint64_t run = 0; run < runs_of(numbers->count); run++) {
        size_t size = run_size(numbers, run);
        if (size > left) return "a group's numbers of forms are longer than they say";
        left -= size;
    }
    return left ? "a group's numbers of forms are shorter than they say" : NULL;
}

const char *form_numbers_read(const struct form_numbers *numbers, uint64_t before, uint32_t wanted, uint32_t *values)
{
    if (!numbers->headers) {
        memset(values, 0, wanted * sizeof *values);
        return NULL;
    }
    if (before > numbers->count || wanted > numbers->count - before) return "a group has fewer numbers of forms than positions";
    const uint8_t *body = numbers->bodies;
    uint64_t run = before / PFOR_COUNT;
    for (uint64_t earlier = 0; earlier < run; earlier++) body += run_size(numbers, earlier);
    uint32_t at = (uint32_t)(before % PFOR_COUNT);
    for (uint32_t done = 0; done < wanted; run++, at = 0) {
        uint16_t header = load_u16(numbers->headers + 2 * run);
        uint32_t count = run_length(numbers, run), left_here = count - at, whole[PFOR_COUNT];
        uint32_t here = left_here < wanted - done ? left_here : wanted - done;
        size_t left = (size_t)(numbers->end - body);
        const char *rule;
        if (here <= 16) {
            rule = pfor_decode_range(body, left, header, count, at, here, values + done);
        } else {
            rule = pfor_decode(body, left, header, count, whole);
            if (!rule) memcpy(values + done, whole + at, here * sizeof *whole);
        }
        if (rule) return rule;
        body += pfor_size(header, count);
        done += here;
    }
    return NULL;
}
