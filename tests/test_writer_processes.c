/* One writer an index, across processes and within one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *path_of(void **state)
{
    return ((struct index_fixture *)*state)->path;
}

/*
 * Another process with a writer that has added an article it has not committed. Made with fork before this process opens
 * anything, since LMDB's environments must not be carried over one.
 */
struct other_writer {
    pid_t pid;
    int orders;    /* a byte written here: commit and close */
};

static void other_process(const char *path, int ready, int orders)
{
    char byte = 'r';
    bf_writer *writer;
    bf_article article = {.id = {"theirs", 6}, .title = {"Storm", 5}};
    if (bf_writer_open(path, NULL, &writer, NULL) != BF_OK) _exit(3);
    if (bf_writer_add(writer, &article, NULL, NULL) != BF_OK) _exit(4);
    if (write(ready, &byte, 1) != 1 || read(orders, &byte, 1) != 1) _exit(5);
    nanosleep(&(struct timespec){.tv_nsec = 150000000}, NULL); /* the one who waits is to wait a while */
    if (bf_writer_commit(writer, NULL) != BF_OK) _exit(6);
    bf_writer_close(writer);
    _exit(0);
}

static struct other_writer start_other(const char *path)
{
    struct other_writer other = {0};
    int ready[2], orders[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(orders), 0);
    other.pid = fork();
    assert_true(other.pid >= 0);
    if (other.pid == 0) other_process(path, ready[1], orders[0]);
    close(ready[1]);
    close(orders[0]);
    other.orders = orders[1];
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return other;
}

static void kill_other(struct other_writer *other)
{
    int how;
    kill(other->pid, SIGKILL);
    assert_int_equal(waitpid(other->pid, &how, 0), other->pid);
    assert_true(WIFSIGNALED(how));
    close(other->orders);
}

static void assert_busy(const char *path, pid_t holder)
{
    bf_error error = {0};
    bf_writer *writer = NULL;
    char words[64];
    assert_int_equal(bf_writer_open(path, NULL, &writer, &error), BF_BUSY);
    assert_null(writer);
    snprintf(words, sizeof words, "process %ld", (long)holder);
    if (!strstr(error.message, words)) fail_msg("\"%s\" does not name %s", error.message, words);
    if (!strstr(error.message, path)) fail_msg("\"%s\" does not name %s", error.message, path);
}

static void test_busy_in_the_same_process(void **state)
{
    const char *path = path_of(state);
    bf_writer *writer = open_writer(path, NULL);
    assert_busy(path, getpid());
    add_article(writer, "a", "Storm", ""); /* undisturbed by the attempt */
    assert_busy(path, getpid());
    commit_writer(writer);
    bf_writer_close(writer);
    add_committed(path, "b", "Storm", "");
    assert_int_equal(count_committed(path, "storm"), 2);
}

static void test_busy_in_another_process(void **state)
{
    const char *path = path_of(state);
    struct other_writer other = start_other(path);
    assert_busy(path, other.pid);
    kill_other(&other);
    add_committed(path, "ours", "Storm", ""); /* at once: nothing stale is left */
    assert_int_equal(count_committed(path, "storm"), 1);
    assert_false(is_stored(path, "theirs"));
    assert_int_equal(count_segment_files(path), 1);
    assert_index_sound(path);
}

static void test_wait_for_another_process(void **state)
{
    const char *path = path_of(state);
    struct other_writer other = start_other(path);
    int how;
    char byte = 'c';
    assert_int_equal(write(other.orders, &byte, 1), 1);
    bf_writer *writer = open_writer(path, &(bf_writer_options){.wait = true});
    assert_true(is_stored(path, "theirs")); /* its commit was waited for, and is built upon */
    assert_false(add_article(writer, "ours", "Storm", ""));
    assert_true(add_article(writer, "theirs", "Storm", "and calm"));
    commit_writer(writer);
    bf_writer_close(writer);
    assert_int_equal(waitpid(other.pid, &how, 0), other.pid);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    close(other.orders);
    assert_int_equal(count_committed(path, "storm"), 2);
    assert_index_sound(path);
}

/* Searchers neither wait for a writer nor make one wait. */
static void test_searchers_are_not_disturbed(void **state)
{
    const char *path = path_of(state);
    pid_t first = fork();
    assert_true(first >= 0);
    if (first == 0) {
        bf_writer *writer;
        bf_article article = {.id = {"a", 1}, .title = {"Storm", 5}};
        if (bf_writer_open(path, NULL, &writer, NULL) != BF_OK || bf_writer_add(writer, &article, NULL, NULL) != BF_OK ||
            bf_writer_commit(writer, NULL) != BF_OK)
            _exit(1);
        bf_writer_close(writer);
        _exit(0);
    }
    int how;
    assert_int_equal(waitpid(first, &how, 0), first);
    assert_int_equal(how, 0);
    struct other_writer other = start_other(path);
    bf_searcher *searcher = open_searcher(path);
    bf_error error = {0};
    bool moved = true;
    assert_string_equal(found_ids(searcher, "storm"), "a");
    assert_int_equal(bf_searcher_refresh(searcher, &moved, &error), BF_OK);
    assert_false(moved);
    char byte = 'c';
    int ended = 0;
    assert_int_equal(write(other.orders, &byte, 1), 1);
    assert_int_equal(waitpid(other.pid, &ended, 0), other.pid); /* commits although the searcher is open */
    assert_int_equal(ended, 0);
    close(other.orders);
    assert_string_equal(found_ids(searcher, "storm"), "a");
    assert_int_equal(bf_searcher_refresh(searcher, &moved, &error), BF_OK);
    assert_true(moved);
    assert_string_equal(found_ids(searcher, "storm"), "a theirs");
    bf_searcher_close(searcher);
}

int main(void)
{
#define with_index(test) cmocka_unit_test_setup_teardown(test, index_fixture_make, index_fixture_remove)
    const struct CMUnitTest tests[] = {
        with_index(test_busy_in_another_process),
        with_index(test_wait_for_another_process),
        with_index(test_searchers_are_not_disturbed),
        with_index(test_busy_in_the_same_process),
    };
    return cmocka_run_group_tests_name("writer_processes", tests, NULL, NULL);
}
