/*
 * Batches go round: free, filled, worked on, taken by the caller, free again. A batch's number is its place in the order; slot
 * number % n is where it is while it is not free. One lock for all; it is held for moments.
 */
#include "analysis/crew.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

enum step { FREE, FILLED, AT_WORK, DONE };

struct slot {
	void *batch;
	enum step step;
};

struct crew;

struct worker {
	struct crew *crew;
	size_t index;
	pthread_t thread;
};

struct crew {
	struct crew_job job;
	struct slot *slots;
	size_t n;
	size_t filled, begun, taken; /* numbers of the next batch to be filled, worked on, taken */
	bool holds; /* the caller has batch taken - 1 */
	bool at_end, stop;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t filler;
	struct worker *workers;
	size_t nworkers;
};

size_t
crew_processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == -1 || CPU_COUNT(&set) < 1)
		return 1;
	return (size_t)CPU_COUNT(&set);
}

static struct slot *
slot_of(struct crew *crew, size_t number)
{
	return &crew->slots[number % crew->n];
}

static void
set_step(struct crew *crew, struct slot *slot, enum step step)
{
	slot->step = step;
	pthread_cond_broadcast(&crew->changed);
}

static void *
fill_all(void *arg)
{
	struct crew *crew = arg;
	struct slot *slot;
	bool more = true;

	pthread_mutex_lock(&crew->lock);
	while (more && !crew->stop) {
		slot = slot_of(crew, crew->filled);
		if (slot->step != FREE) {
			pthread_cond_wait(&crew->changed, &crew->lock);
			continue;
		}
		pthread_mutex_unlock(&crew->lock);
		more = crew->job.fill(slot->batch, crew->job.arg);
		pthread_mutex_lock(&crew->lock);
		if (more) {
			crew->filled++;
			set_step(crew, slot, FILLED);
		}
	}
	crew->at_end = true;
	pthread_cond_broadcast(&crew->changed);
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

static void *
work_all(void *arg)
{
	const struct worker *worker = arg;
	struct crew *crew = worker->crew;
	struct slot *slot;

	pthread_mutex_lock(&crew->lock);
	while (!crew->stop && !(crew->at_end && crew->begun == crew->filled)) {
		if (crew->begun == crew->filled) {
			pthread_cond_wait(&crew->changed, &crew->lock);
			continue;
		}
		slot = slot_of(crew, crew->begun++);
		slot->step = AT_WORK;
		pthread_mutex_unlock(&crew->lock);
		crew->job.work(slot->batch, worker->index, crew->job.arg);
		pthread_mutex_lock(&crew->lock);
		set_step(crew, slot, DONE);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

static void
start(pthread_t *thread, void *(*run)(void *arg), void *arg)
{
	if (pthread_create(thread, NULL, run, arg) != 0)
		log_fatalx("cannot start a thread");
}

struct crew *
crew_new(const struct crew_job *job, size_t workers, void *const *batches, size_t n)
{
	struct crew *crew = xcalloc(1, sizeof(*crew));
	sigset_t all, before;
	size_t i;

	crew->job = *job;
	crew->n = n;
	crew->slots = xcalloc(n, sizeof(*crew->slots));
	for (i = 0; i < n; i++)
		crew->slots[i].batch = batches[i];
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->changed, NULL);
	crew->nworkers = workers;
	crew->workers = xcalloc(workers, sizeof(*crew->workers));
	/* Signals are the caller's thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	start(&crew->filler, fill_all, crew);
	for (i = 0; i < workers; i++) {
		crew->workers[i].crew = crew;
		crew->workers[i].index = i;
		start(&crew->workers[i].thread, work_all, &crew->workers[i]);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return crew;
}

void *
crew_next(struct crew *crew)
{
	struct slot *slot;
	void *batch = NULL;

	pthread_mutex_lock(&crew->lock);
	if (crew->holds)
		set_step(crew, slot_of(crew, crew->taken - 1), FREE);
	crew->holds = false;
	slot = slot_of(crew, crew->taken);
	while (slot->step != DONE && !(crew->at_end && crew->taken == crew->filled))
		pthread_cond_wait(&crew->changed, &crew->lock);
	if (slot->step == DONE) {
		batch = slot->batch;
		crew->taken++;
		crew->holds = true;
	}
	pthread_mutex_unlock(&crew->lock);
	return batch;
}

void
crew_free(struct crew *crew)
{
	size_t i;

	if (crew == NULL)
		return;
	pthread_mutex_lock(&crew->lock);
	crew->stop = true;
	pthread_cond_broadcast(&crew->changed);
	pthread_mutex_unlock(&crew->lock);
	pthread_join(crew->filler, NULL);
	for (i = 0; i < crew->nworkers; i++)
		pthread_join(crew->workers[i].thread, NULL);
	pthread_cond_destroy(&crew->changed);
	pthread_mutex_destroy(&crew->lock);
	free(crew->workers);
	free(crew->slots);
	free(crew);
}
