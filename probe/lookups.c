/* The look-ups of one host name. */
#include "probe/lookups.h"

#include <stdlib.h>

#include "base/mem.h"
#include "probe/check_dns.h"
#include "probe/probe.h"
#include "probe/resolver.h"
#include "results/failure.h"
#include "results/measurement.h"

/*
 * One record type from one source. The system's resolvers are one source: like the C library,
 * we go on to the next of them only when one keeps silent.
 */
struct lookup_job {
	struct lookups *lookups;
	size_t resolver; /* the one asked now */
	enum dns_type type;
	struct check *check; /* NULL: not running */
	bool asked;
	const char *failure; /* of the last attempt */
	bool silent; /* it failed without an answer */
};

static void job_done(struct check *check, void *arg);

static void
job_start(struct lookup_job *job)
{
	struct lookups *l = job->lookups;

	job->asked = true;
	job->check = check_dns_new(l->probe, l->m, &l->resolvers[job->resolver], l->hostname,
	    job->type, job_done, job);
	job->check->tag = l->tag;
	job->check->attempt = l->retry.attempt;
	l->running++;
	check_start(job->check);
}

static enum resolver_role
job_role(const struct lookup_job *job)
{
	return job->lookups->resolvers[job->resolver].role;
}

/* The job for the other record type at the same source: they are made in pairs. */
static const struct lookup_job *
job_sibling(const struct lookup_job *job)
{
	return job->type == DNS_TYPE_A ? job + 1 : job - 1;
}

static bool
nxdomain(const struct lookup_job *job)
{
	return failure_find(job->failure) == FAILURE_DNS_NXDOMAIN;
}

/* Every source says that the name does not exist, DoH among them: nothing is left to find out. */
static bool
name_is_gone(const struct lookups *l)
{
	bool over_https = false;
	size_t i;

	for (i = 0; i < l->njobs; i++) {
		if (job_role(&l->jobs[i]) == RESOLVER_DOH && nxdomain(&l->jobs[i]))
			over_https = true;
		else if (job_role(&l->jobs[i]) != RESOLVER_DOH && !nxdomain(&l->jobs[i]))
			return false;
	}
	return over_https;
}

/* The next system resolver after this one, in a circle; itself when there is no other. */
static size_t
next_system(const struct lookups *l, size_t from)
{
	size_t i = from;

	do {
		i = (i + 1) % l->nresolvers;
		if (l->resolvers[i].role == RESOLVER_SYSTEM && !l->resolvers[i].skip)
			return i;
	} while (i != from);
	return from;
}

/* As the C library does, whatever kept the answer away: silence, a closed port, no route. */
static bool
job_goes_elsewhere(const struct lookup_job *job)
{
	return job->silent && job_role(job) == RESOLVER_SYSTEM &&
	    next_system(job->lookups, job->resolver) != job->resolver;
}

/*
 * A failure that another try could settle. A missing AAAA beside an A is no failure; DoH runs
 * over TCP, which repeats what is lost, and a DoH server that refuses us says nothing of the target.
 */
static bool
job_wants_retry(const struct lookup_job *job)
{
	if (job->failure == NULL || job_role(job) == RESOLVER_DOH ||
	    (!retry_useful(job->failure) && !job_goes_elsewhere(job)))
		return false;
	return job_sibling(job)->failure != NULL;
}

static void
lookups_pass(void *arg)
{
	struct lookups *l = arg;
	struct lookup_job *job;
	size_t i;

	l->running++; /* so that `done` cannot come while jobs are still being started */
	for (i = 0; i < l->njobs && !l->stopped; i++) {
		job = &l->jobs[i];
		if (job->asked && !job_wants_retry(job))
			continue;
		if (job->asked && job_goes_elsewhere(job))
			job->resolver = next_system(l, job->resolver);
		job_start(job);
	}
	if (--l->running == 0)
		l->done(l->arg);
}

static void
job_done(struct check *check, void *arg)
{
	struct lookup_job *job = arg;
	struct lookups *l = job->lookups;
	bool again = false;
	size_t i;

	job->check = NULL;
	job->failure = check->failure;
	job->silent = check->failure != NULL && check_dns_result(check)->rcode < 0;
	if (--l->running > 0)
		return;
	for (i = 0; i < l->njobs; i++)
		again = again || job_wants_retry(&l->jobs[i]);
	if (again && !l->stopped && !name_is_gone(l) && retry_later(&l->retry))
		return;
	l->done(l->arg);
}

static void
add_jobs(struct lookups *l, size_t resolver)
{
	static const enum dns_type types[] = {DNS_TYPE_A, DNS_TYPE_AAAA};
	size_t i;

	for (i = 0; i < 2; i++)
		l->jobs[l->njobs++] = (struct lookup_job){
		    .lookups = l, .resolver = resolver, .type = types[i]};
}

void
lookups_start(struct lookups *l, struct probe *probe, struct measurement *m,
    struct resolver *resolvers, size_t nresolvers, const char *hostname, const char *tag,
    int attempts, bool only_system, void (*done)(void *arg), void *arg)
{
	bool have_system = false;
	size_t i;

	*l = (struct lookups){.probe = probe, .m = m, .resolvers = resolvers,
	    .nresolvers = nresolvers, .hostname = hostname, .tag = tag, .done = done, .arg = arg};
	retry_init(&l->retry, probe, attempts, lookups_pass, l);
	l->jobs = xcalloc(nresolvers * 2, sizeof(*l->jobs));
	for (i = 0; i < nresolvers; i++) {
		if (resolvers[i].skip || (only_system && l->njobs > 0) ||
		    (have_system && resolvers[i].role == RESOLVER_SYSTEM))
			continue;
		have_system = have_system || resolvers[i].role == RESOLVER_SYSTEM;
		add_jobs(l, i);
	}
	retry_now(&l->retry);
}

void
lookups_end(struct lookups *l, const char *failure)
{
	size_t i;

	l->stopped = true;
	if (l->running == 0) {
		retry_now(&l->retry); /* in a pause: its next pass finds that it is stopped */
		return;
	}
	for (i = 0; i < l->njobs; i++)
		if (l->jobs[i].check != NULL)
			check_finish(l->jobs[i].check, failure);
}

void
lookups_clear(struct lookups *l)
{
	retry_stop(&l->retry);
	free(l->jobs);
	l->jobs = NULL;
	l->njobs = 0;
}
