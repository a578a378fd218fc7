/* Plots: well-formed XML whatever the names and values are, and points where they belong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "svg_plot.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The five entities of XML, and no other use of '&'. Returns what follows the reference. */
static const char *skip_reference(const char *at)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    for (size_t i = 0; i < COUNT(known); i++)
        if (strncmp(at, known[i], strlen(known[i])) == 0) return at + strlen(known[i]);
    fail_msg("a bare &: %.30s", at);
    return at + 1;
}

/* What stands in a tag behind its name: name="value" pairs, no name twice. */
static const char *skip_attributes(const char *at)
{
    char names[16][24];
    size_t count = 0;
    for (;;) {
        const char *before = at;
        at += strspn(at, " \n");
        if (*at == '>' || *at == '/') return at;
        const size_t length = strcspn(at, "= >/\"");
        if (at == before || length == 0 || length >= 24 || count == 16 || at[length] != '=' || at[length + 1] != '"')
            fail_msg("not an attribute: %.30s", at);
        snprintf(names[count], sizeof names[count], "%.*s", (int)length, at);
        for (size_t i = 0; i < count; i++) assert_string_not_equal(names[i], names[count]);
        count++;
        for (at += length + 2; *at != '"';) {
            if (!*at || *at == '<') fail_msg("an attribute without an end");
            at = *at == '&' ? skip_reference(at) : at + 1;
        }
        at++;
    }
}

/* One root element; tags nest; text holds no sign that would be markup. Enough of XML 1.0 for what a plot uses. */
static void assert_well_formed(const char *xml)
{
    char open[16][24];
    size_t depth = 0, roots = 0;
    for (const char *at = xml; *at;) {
        const unsigned char c = (unsigned char)*at;
        if (c < ' ' && c != '\n' && c != '\t') fail_msg("a control character %d", c);
        if (c == '&') {
            at = skip_reference(at);
        } else if (c != '<') {
            if (depth == 0 && !isspace(c)) fail_msg("text outside of the root: %.30s", at);
            at++;
        } else {
            const bool closes = at[1] == '/';
            const char *name = at + 1 + closes;
            const size_t length = strcspn(name, " />\n");
            char tag[24];
            if (length == 0 || length >= sizeof tag) fail_msg("not a tag: %.30s", at);
            snprintf(tag, sizeof tag, "%.*s", (int)length, name);
            at = skip_attributes(name + length);
            if (closes) {
                assert_true(depth > 0);
                assert_string_equal(open[--depth], tag);
            } else {
                if (depth == 0 && roots++ > 0) fail_msg("two roots");
                if (*at != '/') snprintf(open[depth++], sizeof open[0], "%s", tag);
            }
            assert_true(depth < COUNT(open));
            at += *at == '/';
            assert_int_equal(*at, '>');
            at++;
        }
    }
    assert_int_equal(depth, 0);
    assert_int_equal(roots, 1);
}

static char *drawn(const struct svg_plot *plot)
{
    struct buffer out = {0};
    svg_plot_append(&out, plot);
    char *text = buffer_string(&out);
    assert_non_null(text);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    assert_well_formed(text);
    return text; /* the buffer's bytes: free() */
}

static void test_any_names(void **state)
{
    (void)state;
    const double x[] = {1, 2}, y[] = {3, 4};
    const struct svg_line line = {.name = "<a & \"b\">\x01\n", .x = x, .y = y, .count = 2, .points = true};
    const struct svg_plot plot = {.title = "a < b", .subtitle = "50 % & \x1b more", .x_label = "<x>", .y_label = "\"y\"",
                                  .lines = &line, .line_count = 1};
    char *text = drawn(&plot);
    assert_non_null(strstr(text, "<title>a &lt; b</title>"));
    assert_non_null(strstr(text, "&lt;a &amp; &quot;b&quot;&gt;</text>"));
    assert_non_null(strstr(text, "50 % &amp;  more")); /* without the control */
    free(text);
}

/* The plot's area is 574 wide from 86, 390 high from 64: on logarithmic axes from 1 to 100 a 10 is in the middle. */
static void test_places(void **state)
{
    (void)state;
    const double x[] = {1, 10, 100, 0, -1}, y[] = {0, 50, 100, 50, 50};
    const struct svg_line line = {.name = "line", .x = x, .y = y, .count = COUNT(x), .points = true};
    struct svg_plot plot = {.title = "t", .x_label = "x", .y_label = "y", .x_log = true, .lines = &line, .line_count = 1};
    char *text = drawn(&plot);
    assert_non_null(strstr(text, "points=\"86.0,454.0 373.0,259.0 660.0,64.0 \"")); /* what is not above 0 has no place */
    assert_non_null(strstr(text, "<circle cx=\"373.0\" cy=\"259.0\""));
    assert_non_null(strstr(text, ">100</text>"));
    free(text);
    plot.x_log = false;
    text = drawn(&plot);
    assert_non_null(strstr(text, " 660.0,64.0 ")); /* the greatest is still at the end */
    free(text);
}

static void test_odd_values(void **state)
{
    (void)state;
    const double none[] = {NAN, INFINITY, -INFINITY}, same[] = {7, 7, 7};
    const double tiny[] = {1e-9, 1e-9, 2e-9}, huge[] = {1e12, 2e12, 5e12};
    const double *const values[] = {none, same, tiny, huge};
    for (int log = 0; log < 2; log++)
        for (size_t i = 0; i < COUNT(values); i++)
            for (size_t j = 0; j < COUNT(values); j++) {
                const struct svg_line line = {.name = "line", .x = values[i], .y = values[j], .count = 3};
                const struct svg_plot plot = {.title = "t", .x_label = "x", .y_label = "y", .x_log = log, .y_log = log,
                                              .lines = &line, .line_count = 1};
                free(drawn(&plot));
            }
    const struct svg_plot empty = {.title = "t", .x_label = "x", .y_label = "y"};
    free(drawn(&empty));
}

static void test_to_a_file_that_cannot_be(void **state)
{
    (void)state;
    const struct svg_plot plot = {.title = "t", .x_label = "x", .y_label = "y"};
    bf_error error;
    assert_int_equal(svg_plot_write("/nonexistent/plot.svg", &plot, 1, &error), BF_IO);
    assert_non_null(strstr(error.message, "/nonexistent/plot.svg"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_names),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_odd_values),
        cmocka_unit_test(test_to_a_file_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
