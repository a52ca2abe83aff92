/*
 * One question to this control vantage being answered: a session for the page, and beside it every
 * endpoint that was asked for or resolved.
 */
#ifndef PROBE_CONTROL_JOB_H
#define PROBE_CONTROL_JOB_H

#include <stddef.h>

struct conf;
struct control_job;
struct control_policy;
struct measurement;
struct probe;
struct resolver;
struct scrub;
struct target;
struct vantage;

struct control_plan {
	struct probe *probe;
	struct resolver *resolvers; /* borrowed until done */
	size_t nresolvers;
	const struct control_policy *policy; /* borrowed until done */
	const struct scrub *own; /* this machine's addresses, not to be told; borrowed until done */
};

/*
 * The asker waits for conf->control_ms, 30 s. So the answer comes within five sixths of it, with what is known by then,
 * and the page has two thirds.
 */
int control_job_ms(const struct conf *conf);
int control_job_page_ms(const struct conf *conf);

/*
 * Starts at once. question is m's (vantage_parse_request), its URL read as `target`; all of the three are the job's from
 * here on. done is called from the loop; then control_job_free.
 */
struct control_job *control_job_start(const struct control_plan *plan, struct measurement *m,
    struct target *target, const struct vantage *question,
    void (*done)(struct control_job *job, void *arg), void *arg);
/* Ends it soon; done follows. */
void control_job_interrupt(struct control_job *job);
/* In done or later. */
void control_job_free(struct control_job *job);
/* In done: the answer, good until control_job_free. NULL: there is none, for want of something here; control_answer.h. */
const struct vantage *control_job_answer(struct control_job *job);

#endif
