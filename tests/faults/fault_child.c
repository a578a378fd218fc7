#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fault_child.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile uint32_t *told; /* shared with the child */

void fault_child_tell(uint32_t count)
{
    *told = count;
}

pid_t fault_child_start(void)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
        for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
            signal(signals[i], SIG_DFL); /* cmocka's would end the test, not the process */
        setenv("CMOCKA_TEST_ABORT", "1", 1);
    }
    return pid;
}

int fault_child_run(void (*run)(void *context), void *context, uint32_t *count)
{
    int how = 0;
    if (!told) {
        void *page = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert_true(page != MAP_FAILED);
        told = page;
    }
    *told = 0;
    pid_t pid = fault_child_start();
    if (pid == 0) {
        alarm(FAULT_CHILD_SECONDS);
        run(context);
        fflush(NULL);
        exit(0);
    }
    assert_int_equal(waitpid(pid, &how, 0), pid);
    if (count) *count = *told;
    return how;
}
