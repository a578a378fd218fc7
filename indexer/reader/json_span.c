#include "json_span.h"

#include "byte_run.h"

#include <string.h>

static bool white(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Whether the line that holds `at` has only spaces before it. */
static bool first_in_line(const char *text, size_t at)
{
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) at--;
    return at > 0 && text[at - 1] == '\n';
}

/* The container that is open innermost. */
static bool in_list(const struct json_scan *scan)
{
    return scan->lists[(scan->depth - 1) / 64] >> ((scan->depth - 1) % 64) & 1;
}

/* In an object a value follows a colon, in a list the bracket or a comma. */
static bool object_can_stand(const struct json_scan *scan)
{
    return in_list(scan) ? scan->previous == '[' || scan->previous == ',' : scan->previous == ':';
}

static enum json_scan_state json_scan_open(struct json_scan *scan, bool list)
{
    if (scan->depth == JSON_DEPTH_MAX) return JSON_SCAN_DEEP;
    uint64_t bit = UINT64_C(1) << (scan->depth % 64), *word = &scan->lists[scan->depth / 64];
    *word = list ? *word | bit : *word & ~bit;
    scan->depth++;
    return JSON_SCAN_MORE;
}

/* Looks at the rest of a string; false when the text ends before the string does, or *broken. */
static bool json_scan_string(struct json_scan *scan, const char *text, size_t length, bool *broken)
{
    size_t at = scan->at;
    for (; at < length; at++) {
        if (!scan->escaped) at = byte_run_string(text, length, at);
        if (at == length) break;
        char c = text[at];
        if (scan->escaped) {
            scan->escaped = false;
        } else if (c == '\\') {
            scan->escaped = true;
        } else if (c == '"') {
            scan->in_string = false;
            scan->previous = '"';
            break;
        }
        if (c == '\n') {
            *broken = true;
            break;
        }
    }
    scan->at = at < length && !*broken ? at + 1 : at;
    return at < length && !*broken;
}

enum json_scan_state json_scan_run(struct json_scan *scan, const char *text, size_t length)
{
    bool broken = false;
    while (scan->at < length) {
        if (scan->in_string) {
            if (!json_scan_string(scan, text, length, &broken)) return broken ? JSON_SCAN_BROKEN : JSON_SCAN_MORE;
            continue;
        }
        char c = text[scan->at];
        enum json_scan_state state = JSON_SCAN_MORE;
        switch (c) {
        case '"':
            scan->in_string = true;
            break;
        case '{':
            /* An object that begins a line where none can stand is the next record: this one was never closed. */
            if (scan->depth && !object_can_stand(scan) && first_in_line(text, scan->at)) return JSON_SCAN_BROKEN;
            state = json_scan_open(scan, false);
            break;
        case '[':
            state = json_scan_open(scan, true);
            break;
        case '}':
        case ']':
            if (scan->depth == 0 || in_list(scan) != (c == ']')) return JSON_SCAN_BROKEN;
            scan->depth--;
            if (scan->depth == 0) {
                scan->at++;
                return JSON_SCAN_DONE;
            }
            break;
        default:
            break;
        }
        if (state != JSON_SCAN_MORE) return state;
        if (!white(c)) scan->previous = c;
        scan->at++;
    }
    return JSON_SCAN_MORE;
}

/* ---- Valid text ---- */

static size_t skip_white(const char *text, size_t length, size_t at)
{
    while (at < length && white(text[at])) at++;
    return at;
}

/* Where the string that begins at `at` ends, behind its quote. */
static size_t skip_string(const char *text, size_t length, size_t at)
{
    for (at++; at < length;) {
        const char *quote = memchr(text + at, '"', length - at);
        if (!quote) return length;
        size_t end = (size_t)(quote - text), first = end;
        while (first > at && text[first - 1] == '\\') first--;
        at = end + 1;
        if ((end - first) % 2 == 0) return at; /* an even number of backslashes escape each other, not the quote */
    }
    return length;
}

static size_t skip_value(const char *text, size_t length, size_t at)
{
    size_t depth = 0;
    while (at < length) {
        char c = text[at];
        if (c == '"') {
            at = skip_string(text, length, at);
        } else if (c == '{' || c == '[') {
            depth++;
            at++;
        } else if (c == '}' || c == ']') {
            if (depth == 0) return at; /* the end of a number in a container */
            depth--;
            at++;
        } else if (depth == 0 && (c == ',' || white(c))) {
            return at;
        } else {
            at++;
            if (depth == 0 && at < length && (white(text[at]) || strchr(",}]", text[at]))) return at;
            continue;
        }
        if (depth == 0) return at;
    }
    return length;
}

bool json_span_next(const char *text, size_t length, size_t *at, struct json_span *key, struct json_span *value)
{
    size_t i = skip_white(text, length, *at);
    if (i >= length || text[i] == '}' || text[i] == ']') return false;
    i = skip_white(text, length, i + 1); /* behind '{', '[' or ',' */
    if (i >= length || text[i] == '}' || text[i] == ']') return false;
    *key = (struct json_span){i, i};
    size_t end = text[i] == '"' ? skip_string(text, length, i) : i;
    size_t colon = skip_white(text, length, end);
    if (end > i && colon < length && text[colon] == ':') {
        key->end = end;
        i = skip_white(text, length, colon + 1);
    }
    value->start = i;
    value->end = skip_value(text, length, i);
    *at = value->end;
    return true;
}

/* Appends without white space outside strings. */
static void compact_all(struct buffer *out, const char *text, struct json_span value)
{
    size_t at = value.start;
    while (at < value.end) {
        size_t end = at;
        if (text[at] == '"') {
            end = skip_string(text, value.end, at);
        } else {
            while (end < value.end && text[end] != '"' && !white(text[end])) end++;
        }
        buffer_append(out, text + at, end - at);
        at = skip_white(text, value.end, end);
    }
}

/* How many of the omitted offsets stand before `limit`. */
static size_t omitted_before(const size_t *omitted, size_t count, size_t limit)
{
    size_t i = 0;
    while (i < count && omitted[i] < limit) i++;
    return i;
}

void json_span_compact(struct buffer *out, const char *text, struct json_span value, const size_t *omitted, size_t omitted_count)
{
    size_t first = omitted_before(omitted, omitted_count, value.start), last = omitted_before(omitted, omitted_count, value.end);
    if (first == last) {
        compact_all(out, text, value);
        return;
    }
    /* Something is left out inside, so it is an object or a list; nesting is bounded by JSON_DEPTH_MAX. */
    size_t at = value.start;
    bool any = false;
    struct json_span key, inner;
    buffer_append(out, text + value.start, 1);
    while (json_span_next(text, value.end, &at, &key, &inner)) {
        if (first < last && omitted[first] == inner.start) {
            first++;
            continue;
        }
        if (any) buffer_append(out, ",", 1);
        any = true;
        if (key.end > key.start) {
            buffer_append(out, text + key.start, key.end - key.start);
            buffer_append(out, ":", 1);
        }
        size_t next = omitted_before(omitted, omitted_count, inner.end);
        json_span_compact(out, text, inner, omitted + first, next - first);
        first = next;
    }
    buffer_append(out, text[value.start] == '{' ? "}" : "]", 1);
}
