/*
 * Several threads, each with a searcher of its own. Closed: every thread asks again as soon as it is answered; what counts is how
 * many queries a second come of it. Open: queries arrive by a clock that does not wait for answers, and a query's time runs
 * from the moment it was to arrive, so that a slow answer also counts for those that queued behind it. A benchmark that asks only
 * when it was answered does not see them (Tene's "coordinated omission"; Schroeder, Wierman and Harchol-Balter 2006).
 */
#include "latency_plan.h"

#include "random_source.h"
#include "resources.h"
#include "status.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* Sleeping ends late by some 50 microseconds; the last stretch before an arrival is waited out awake. */
static const uint64_t awake_ns = 100000;

struct worker {
    pthread_t thread;
    struct load_run *run;
    uint64_t number;
    struct query_timer timer;
    double busy; /* microseconds */
    uint64_t end_ns;
    bf_status status;
    bf_error error;
};

struct load_run {
    const struct latency_plan *plan;
    struct latency_load *load;
    uint32_t *order;      /* of arrivals: which query */
    uint64_t *arrival_ns; /* after the start */
    double *service;
    struct worker *workers;
    pthread_mutex_t gate;
    pthread_cond_t gate_moves;
    enum { GATE_SHUT, GATE_OPEN, GATE_GIVEN_UP } state;
    uint64_t ready;       /* threads that wait at the gate */
    uint64_t start_ns;
    atomic_size_t next;   /* arrival that no thread has taken yet */
};

static void order_shuffle(uint32_t *order, size_t count, struct random_source *random)
{
    for (size_t i = count; i > 1; i--) {
        const size_t other = random_below(random, (uint32_t)i);
        const uint32_t held = order[i - 1];
        order[i - 1] = order[other];
        order[other] = held;
    }
}

static void wait_until(uint64_t when_ns)
{
    const uint64_t now = resources_now_ns();
    if (when_ns > now + awake_ns) {
        const uint64_t until = when_ns - awake_ns;
        const struct timespec at = {.tv_sec = (time_t)(until / 1000000000), .tv_nsec = (long)(until % 1000000000)};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) != 0) continue;
    }
    while (resources_now_ns() < when_ns) continue;
}

static void query_answer(struct worker *worker, size_t place, uint64_t arrived_ns)
{
    struct load_run *run = worker->run;
    uint64_t took = 0;
    worker->status = query_timer_run(&worker->timer, &run->plan->set.queries[run->order[place]], &took, &worker->error);
    worker->end_ns = resources_now_ns();
    run->service[place] = (double)took / 1e3;
    run->load->times[place] = arrived_ns ? (double)(worker->end_ns - arrived_ns) / 1e3 : run->service[place];
    worker->busy += run->service[place];
}

/* Every thread has a stretch of the order of its own, or all share one. */
static void worker_run(struct worker *worker)
{
    struct load_run *run = worker->run;
    const size_t share = run->load->count / run->load->threads;
    if (run->load->rate <= 0) {
        for (size_t i = 0; i < share && worker->status == BF_OK; i++) query_answer(worker, worker->number * share + i, 0);
        return;
    }
    for (size_t place; worker->status == BF_OK && (place = atomic_fetch_add(&run->next, 1)) < run->load->count;) {
        const uint64_t arrival = run->start_ns + run->arrival_ns[place];
        wait_until(arrival);
        query_answer(worker, place, arrival);
    }
}

/* One pass that is not timed, before the start. */
static void worker_warm(struct worker *worker)
{
    uint64_t took;
    worker->status = bf_searcher_open(worker->run->plan->index_path, &worker->timer.searcher, &worker->error);
    for (size_t i = 0; i < worker->run->plan->set.count && worker->status == BF_OK; i++)
        worker->status = query_timer_run(&worker->timer, &worker->run->plan->set.queries[i], &took, &worker->error);
}

/* Waits until all threads are ready; false when one could not be started. */
static bool worker_waits(struct load_run *run)
{
    pthread_mutex_lock(&run->gate);
    run->ready++;
    pthread_cond_broadcast(&run->gate_moves);
    while (run->state == GATE_SHUT) pthread_cond_wait(&run->gate_moves, &run->gate);
    const bool open = run->state == GATE_OPEN;
    pthread_mutex_unlock(&run->gate);
    return open;
}

static void *worker_main(void *context)
{
    struct worker *worker = context;
    worker_warm(worker);
    if (worker_waits(worker->run)) worker_run(worker);
    query_timer_free(&worker->timer);
    return NULL;
}

/* Lets the threads go once all are ready, or sends them home. */
static void gate_move(struct load_run *run, uint64_t started)
{
    pthread_mutex_lock(&run->gate);
    while (started == run->load->threads && run->ready < started) pthread_cond_wait(&run->gate_moves, &run->gate);
    run->start_ns = resources_now_ns();
    run->state = started == run->load->threads ? GATE_OPEN : GATE_GIVEN_UP;
    pthread_cond_broadcast(&run->gate_moves);
    pthread_mutex_unlock(&run->gate);
}

static void arrivals_draw(struct load_run *run, struct random_source *random)
{
    double at = 0;
    for (size_t i = 0; i < run->load->count; i++) {
        at -= log(1 - random_unit(random)) / run->load->rate;
        run->arrival_ns[i] = (uint64_t)(at * 1e9);
    }
}

static void order_draw(struct load_run *run)
{
    struct random_source random = {run->plan->seed};
    const size_t queries = run->plan->set.count;
    for (size_t i = 0; i < run->load->count; i++) run->order[i] = (uint32_t)(i % queries);
    /* Pass by pass: each query comes equally often in any stretch of the time. */
    for (size_t i = 0; i < run->load->count; i += queries) order_shuffle(run->order + i, queries, &random);
    if (run->load->rate > 0) arrivals_draw(run, &random);
}

static bf_status workers_run(struct load_run *run, bf_error *error)
{
    bf_status status = BF_OK;
    uint64_t started = 0;
    for (; status == BF_OK && started < run->load->threads; started += status == BF_OK) {
        run->workers[started] = (struct worker){.run = run, .number = started, .timer = {.work = &run->plan->work}};
        const int refused = pthread_create(&run->workers[started].thread, NULL, worker_main, &run->workers[started]);
        if (refused) status = fail_system(error, refused, "a thread");
    }
    gate_move(run, started);
    for (uint64_t i = 0; i < started; i++) pthread_join(run->workers[i].thread, NULL);
    for (uint64_t i = 0; i < started && status == BF_OK; i++) {
        status = run->workers[i].status;
        if (status != BF_OK && error) *error = run->workers[i].error;
    }
    return status;
}

static void load_settle(struct load_run *run)
{
    struct latency_load *load = run->load;
    uint64_t end = run->start_ns;
    for (uint64_t i = 0; i < load->threads; i++) {
        if (run->workers[i].end_ns > end) end = run->workers[i].end_ns;
        load->busy += run->workers[i].busy;
    }
    load->seconds = (double)(end - run->start_ns) / 1e9;
    load->busy /= load->seconds * 1e6 * (double)load->threads;
    load->spread = spread_of(load->times, load->count);
    load->service = spread_of(run->service, load->count);
}

static bf_status load_measure(const struct latency_plan *plan, size_t count, struct latency_load *load, bf_error *error)
{
    load->count = count;
    load->times = calloc(count, sizeof(double));
    struct load_run run = {
        .plan = plan, .load = load,
        .order = malloc(count * sizeof(uint32_t)),
        .arrival_ns = malloc(count * sizeof(uint64_t)),
        .service = calloc(count, sizeof(double)),
        .workers = calloc(load->threads, sizeof(struct worker)),
        .gate = PTHREAD_MUTEX_INITIALIZER,
        .gate_moves = PTHREAD_COND_INITIALIZER,
    };
    const bool taken = load->times && run.order && run.arrival_ns && run.service && run.workers;
    bf_status status = taken ? BF_OK : fail_memory(error);
    if (status == BF_OK) {
        order_draw(&run);
        status = workers_run(&run, error);
    }
    if (status == BF_OK) load_settle(&run);
    free(run.order);
    free(run.arrival_ns);
    free(run.service);
    free(run.workers);
    if (status != BF_OK) latency_load_free(load);
    return status;
}

bf_status latency_threads(const struct latency_plan *plan, uint64_t threads, struct latency_load *load, bf_error *error)
{
    *load = (struct latency_load){.threads = threads};
    return load_measure(plan, plan->set.count * plan->passes * threads, load, error);
}

bf_status latency_arrivals(const struct latency_plan *plan, uint64_t threads, double rate, struct latency_load *load,
                           bf_error *error)
{
    *load = (struct latency_load){.threads = threads, .rate = rate};
    return load_measure(plan, plan->set.count * plan->passes, load, error);
}

void latency_load_free(struct latency_load *load)
{
    free(load->times);
    *load = (struct latency_load){0};
}
