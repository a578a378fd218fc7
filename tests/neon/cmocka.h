/*
 * As much of cmocka as the tests of kernels use, for another processor's programs: `make neon` needs a compiler and an emulator
 * then, and no library of the other system. A check that fails says where and ends the program.
 */
#ifndef NEON_CMOCKA_H
#define NEON_CMOCKA_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define print_message printf

static inline void check_at(bool holds, const char *what, const char *file, int line)
{
    if (holds) return;
    printf("not ok %s:%d: %s\n", file, line, what);
    exit(1);
}

#define fail_msg(...) (printf(__VA_ARGS__), check_at(false, "", __FILE__, __LINE__))
#define CHECK(holds, what) check_at(holds, what, __FILE__, __LINE__)
#define assert_true(condition) CHECK(!!(condition), #condition)
#define assert_false(condition) CHECK(!(condition), "not " #condition)
#define assert_null(pointer) CHECK((pointer) == NULL, #pointer " is NULL")
#define assert_non_null(pointer) CHECK((pointer) != NULL, #pointer " is not NULL")
#define assert_int_equal(a, b) CHECK((unsigned long long)(a) == (unsigned long long)(b), #a " == " #b)
#define assert_in_range(value, least, most) CHECK((value) >= (least) && (value) <= (most), #value " in range")
#define assert_memory_equal(a, b, size) CHECK(memcmp(a, b, size) == 0, #a " has the bytes of " #b)

struct CMUnitTest {
    const char *name;
    void (*test)(void **state);
};

#define cmocka_unit_test(test) {#test, test}

static inline int run_tests(const char *group, const struct CMUnitTest *tests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tests[i].test(&(void *){NULL});
        printf("ok %zu - %s %s\n", i + 1, group, tests[i].name);
    }
    return 0;
}

#define cmocka_run_group_tests_name(group, tests, setup, teardown) run_tests(group, tests, sizeof(tests) / sizeof *(tests))
#define cmocka_run_group_tests(tests, setup, teardown) run_tests(#tests, tests, sizeof(tests) / sizeof *(tests))

#endif
