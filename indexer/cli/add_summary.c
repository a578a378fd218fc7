#include "add_summary.h"

#include "index_command.h"
#include "json_writer.h"
#include "readable.h"
#include "status.h"

#include <stdio.h>
#include <sys/resource.h>

struct count {
    const char *key;
    uint64_t value;
};

enum { RATIO_BYTES = 1 << 20 };

static uint64_t peak_rss(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

/* Bytes that the process has written, those it wrote and removed again included; 0 where the system doesn't say (proc(5)). */
static uint64_t bytes_written(void)
{
    unsigned long long bytes = 0;
    FILE *in = fopen("/proc/self/io", "r");
    if (!in) return 0;
    if (fscanf(in, "rchar: %*u wchar: %llu", &bytes) != 1) bytes = 0;
    fclose(in);
    return bytes;
}

static double mb_per_second(const struct add_summary *s)
{
    return s->seconds > 0 ? (double)s->counts.bytes / 1e6 / s->seconds : 0;
}

static void append_counts(struct buffer *out, const struct count *counts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_append_key(out, counts[i].key);
        json_append_u64(out, counts[i].value);
    }
}

static bf_status print_json(const struct add_summary *s, const bf_stats *index, bf_error *error)
{
    struct buffer out = {0};
    const struct count run[] = {
        {"stored", s->stored},           {"replaced", s->replaced},
        {"refused", s->refused},         {"skipped", s->skipped},
        {"unchanged", s->unchanged},     {"commits", s->commits},
        {"files", s->counts.files},      {"records", s->counts.records},
        {"bytes_read", s->counts.bytes}, {"stripped_controls", s->counts.stripped_controls},
        {"bytes_written", bytes_written()}, {"peak_rss", peak_rss()},
    };
    const struct count converted[] = {
        {"utf16", s->counts.converted_utf16},
        {"latin1", s->counts.converted_latin1},
        {"other", s->counts.converted_other},
        {"byte_order_marks", s->counts.byte_order_marks},
    };
    const struct count after[] = {{"articles", index->articles}, {"segments", index->segments}, {"bytes", index->bytes}};
    json_open(&out, '{');
    append_counts(&out, run, sizeof run / sizeof *run);
    json_append_key(&out, "seconds");
    json_append_double(&out, s->seconds);
    json_append_key(&out, "mb_per_second");
    json_append_double(&out, mb_per_second(s));
    json_append_key(&out, "converted");
    json_open(&out, '{');
    append_counts(&out, converted, sizeof converted / sizeof *converted);
    json_close(&out, '}');
    json_append_key(&out, "index");
    json_open(&out, '{');
    append_counts(&out, after, sizeof after / sizeof *after);
    json_close(&out, '}');
    json_close(&out, '}');
    const char *text = buffer_string(&out);
    if (text) puts(text);
    buffer_free(&out);
    return text ? BF_OK : fail_memory(error);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void print_text(const struct add_summary *s, const bf_stats *index, const char *index_path)
{
    char a[READABLE_SIZE], b[READABLE_SIZE];
    const struct {
        uint64_t count;
        const char *from;
    } conversions[] = {
        {s->counts.converted_utf16, "from UTF-16"},
        {s->counts.converted_latin1, "from Windows-1252 or Latin-1"},
        {s->counts.converted_other, "from the encoding named"},
    };
    printf("%s article%s stored", readable_count(s->stored, a), plural(s->stored));
    if (s->replaced > 0) printf(", %s of them in place of earlier ones", readable_count(s->replaced, a));
    if (s->unchanged > 0) printf(", %s there already, unchanged", readable_count(s->unchanged, a));
    if (s->refused > 0) printf(", %s record%s refused", readable_count(s->refused, a), plural(s->refused));
    if (s->skipped > 0) printf(", %s file%s skipped", readable_count(s->skipped, a), plural(s->skipped));
    printf("\n%s read in %.2f s, %.1f MB/s, %s in memory at most\n", readable_bytes(s->counts.bytes, a), s->seconds,
           mb_per_second(s), readable_bytes(peak_rss(), b));
    for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++)
        if (conversions[i].count > 0)
            printf("%s file%s converted %s\n", readable_count(conversions[i].count, a), plural(conversions[i].count),
                   conversions[i].from);
    if (s->counts.byte_order_marks > 0)
        printf("%s byte order mark%s left out\n", readable_count(s->counts.byte_order_marks, a),
               plural(s->counts.byte_order_marks));
    if (s->counts.stripped_controls > 0)
        printf("%s record%s had control characters, which were taken out\n", readable_count(s->counts.stripped_controls, a),
               plural(s->counts.stripped_controls));
    printf("%s: %s article%s, %s on disk", index_path, readable_count(index->articles, a), plural(index->articles),
           readable_bytes(index->bytes, b));
    /* Against what was read only where the index holds nothing else, and is more than the pages that every index has. */
    if (s->counts.bytes >= RATIO_BYTES && index->articles + s->replaced == s->stored + s->unchanged)
        printf(", %.2f of what was read", (double)index->bytes / (double)s->counts.bytes);
    putchar('\n');
}

bf_status add_summary_print(const struct add_summary *summary, const char *index_path, bool json, bf_error *error)
{
    bf_stats index;
    bf_status status = index_counts(index_path, &index, error);
    if (status == BF_OK && json) status = print_json(summary, &index, error);
    else if (status == BF_OK) print_text(summary, &index, index_path);
    return status;
}
