/* One page from one address. */
#include "probe/fetch.h"

#include "probe/check_http.h"

static void
request_done(struct check *check, void *arg)
{
	struct fetch *f = arg;

	f->request = check_http_result(check);
	f->requested = true;
	visit_attempted(&f->visit, check->failure);
}

static void
attempt_begin(void *arg)
{
	struct fetch *f = arg;
	struct check *check = check_http_new(f->visit.probe, f->m, f->url, f->ip, request_done, f);

	check->attempt = f->visit.retry.attempt;
	check->tag = f->tag;
	f->visit.check = check;
	check_start(check);
}

static void
visit_done(void *arg)
{
	struct fetch *f = arg;

	f->done(f->arg);
}

void
fetch_start(struct fetch *f, struct probe *probe, int attempts, int64_t *waited_ns,
    void (*done)(void *arg), void *arg)
{
	f->done = done;
	f->arg = arg;
	visit_start(&f->visit, probe, f->ip, attempts, waited_ns, attempt_begin, visit_done, f);
}
