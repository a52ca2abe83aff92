/* One question being answered. */
#include "probe/control_job.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/mem.h"
#include "probe/conf.h"
#include "probe/control_answer.h"
#include "probe/control_policy.h"
#include "probe/endpoint.h"
#include "probe/probe.h"
#include "probe/scrub.h"
#include "probe/session.h"
#include "results/failure.h"
#include "results/measurement.h"
#include "results/vantage.h"
#include "targets/target.h"

/* Endpoints of all: those asked for, and what is resolved, at both ports. */
enum { ENDPOINTS_MAX = 2 * VANTAGE_ASKED_MAX, RESOLVED_MAX = VANTAGE_ASKED_MAX / 2 };

struct control_job {
	struct control_plan plan;
	struct measurement *m;
	struct target target;
	struct session *session; /* NULL: over */
	struct endpoint endpoints[ENDPOINTS_MAX];
	size_t nendpoints, connecting;
	char *asked_ips[VANTAGE_ASKED_MAX]; /* in m's arena */
	size_t nasked_ips;
	int64_t waited_ns;
	bool interrupted;
	struct event deadline, ended;
	void (*done)(struct control_job *job, void *arg);
	void *arg;
};

int
control_job_ms(const struct conf *conf)
{
	return conf->control_ms / 6 * 5;
}

int
control_job_page_ms(const struct conf *conf)
{
	return conf->control_ms / 3 * 2;
}

static bool
may_connect(const char *ip, int port, void *arg)
{
	const struct control_job *job = arg;

	return control_may_go_to(job->plan.policy, ip) &&
	    control_may_use_port(port, job->target.port);
}

static void
job_end_if_idle(struct control_job *job)
{
	if (job->session == NULL && job->connecting == 0)
		event_active(&job->ended, EV_TIMEOUT, 1);
}

static void
job_ended(evutil_socket_t fd, short what, void *arg)
{
	struct control_job *job = arg;

	(void)fd;
	(void)what;
	event_del(&job->deadline);
	job->done(job, job->arg);
}

static void
job_expire(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	control_job_interrupt(arg);
}

/* --- endpoints ------------------------------------------------------------------------------- */

static void
endpoint_done(void *arg)
{
	struct control_job *job = arg;

	job->connecting--;
	job_end_if_idle(job);
}

static bool
known_endpoint(const struct control_job *job, const char *ip, int port)
{
	size_t i;

	for (i = 0; i < job->nendpoints; i++)
		if (job->endpoints[i].port == port && strcmp(job->endpoints[i].ip, ip) == 0)
			return true;
	/* On the page's way, and not interrupted: nothing is started after that. */
	for (i = 0; i < job->m->ntcp; i++)
		if (job->m->tcp[i].port == port && strcmp(job->m->tcp[i].ip, ip) == 0)
			return true;
	return false;
}

/* ip lives in m's arena. */
static void
add_endpoint(struct control_job *job, const char *ip, int port)
{
	bool tls = port == 443 || (job->target.https && port == job->target.port);
	struct endpoint *e;

	if (job->nendpoints == ENDPOINTS_MAX || known_endpoint(job, ip, port) ||
	    !may_connect(ip, port, job))
		return;
	e = &job->endpoints[job->nendpoints++];
	*e = (struct endpoint){.ip = ip, .port = port, .tag = control_endpoint_tag, .m = job->m,
	    .server_name = tls ? job->target.host : NULL};
	job->connecting++;
	endpoint_start(e, job->plan.probe, 1, &job->waited_ns, endpoint_done, job);
}

/* "192.0.2.1:443", "[2001:db8::1]:443"; what is none is passed over. */
static void
add_asked(struct control_job *job, const char *text)
{
	struct sockaddr_storage sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&sa;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&sa;
	char ip[INET6_ADDRSTRLEN];
	int len = sizeof(sa);

	if (evutil_parse_sockaddr_port(text, (struct sockaddr *)&sa, &len) != 0)
		return;
	if (sa.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &in6->sin6_addr, ip, sizeof(ip));
	else
		inet_ntop(AF_INET, &in->sin_addr, ip, sizeof(ip));
	job->asked_ips[job->nasked_ips] = arena_strdup(job->m->arena, ip);
	add_endpoint(job, job->asked_ips[job->nasked_ips++],
	    ntohs(sa.ss_family == AF_INET6 ? in6->sin6_port : in->sin_port));
}

/* What this machine's resolvers named and the page's way did not touch. */
static void
add_resolved(struct control_job *job)
{
	bool usual = job->target.port == (job->target.https ? 443 : 80);
	const struct measurement *m = job->m;
	size_t taken = 0, i, k;

	for (i = 0; i < m->nqueries; i++) {
		if (m->queries[i].failure != NULL ||
		    strcmp(m->queries[i].hostname, job->target.host) != 0)
			continue;
		for (k = 0; k < m->queries[i].nanswers && taken < RESOLVED_MAX; k++) {
			const char *ip = m->queries[i].answers[k].address;

			if (ip == NULL)
				continue;
			add_endpoint(job, ip, job->target.port);
			if (usual)
				add_endpoint(job, ip, job->target.https ? 80 : 443);
			taken++;
		}
	}
}

/* --- its life -------------------------------------------------------------------------------- */

static void
session_done(struct session *session, void *arg)
{
	struct control_job *job = arg;

	session_free(session);
	job->session = NULL;
	if (!job->interrupted)
		add_resolved(job);
	job_end_if_idle(job);
}

struct control_job *
control_job_start(const struct control_plan *plan, struct measurement *m, struct target *target,
    const struct vantage *question, void (*done)(struct control_job *job, void *arg), void *arg)
{
	struct control_job *job = xcalloc(1, sizeof(*job));
	const struct conf *conf = plan->probe->conf;
	int ms = conf_scaled(conf, control_job_ms(conf));
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};
	struct session_plan session = {.resolvers = plan->resolvers,
	    .nresolvers = plan->nresolvers, .attempts = 1, .max_redirects = conf->max_redirects,
	    .may_connect = may_connect, .may_connect_arg = job};
	size_t i;

	job->plan = *plan;
	job->m = m;
	job->target = *target;
	*target = (struct target){0};
	job->done = done;
	job->arg = arg;
	evtimer_assign(&job->deadline, plan->probe->base, job_expire, job);
	event_assign(&job->ended, plan->probe->base, -1, 0, job_ended, job);
	event_add(&job->deadline, &tv);
	session.target = &job->target;
	job->session = session_start(plan->probe, &session, m, NULL, session_done, job);
	for (i = 0; i < question->nasked_endpoints && i < VANTAGE_ASKED_MAX; i++)
		add_asked(job, question->asked_endpoints[i]);
	return job;
}

void
control_job_interrupt(struct control_job *job)
{
	const char *failure = failure_name(FAILURE_INTERRUPTED);
	size_t i;

	job->interrupted = true;
	if (job->session != NULL)
		session_interrupt(job->session);
	for (i = 0; i < job->nendpoints; i++)
		visit_end(&job->endpoints[i].visit, failure);
}

void
control_job_free(struct control_job *job)
{
	if (job == NULL)
		return;
	event_del(&job->deadline);
	event_del(&job->ended);
	target_clear(&job->target);
	measurement_free(job->m);
	free(job);
}

const struct vantage *
control_job_answer(struct control_job *job)
{
	scrub_measurement(job->plan.own, job->m);
	return control_answer(job->m, job->asked_ips, job->nasked_ips);
}
