/* Which helper is asked, and when one is given up. */
#include "probe/helper.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/conf.h"
#include "probe/limiter.h"

struct helpers *
helpers_new(const struct conf *conf, struct event_base *base)
{
	struct helpers *h = xcalloc(1, sizeof(*h));
	size_t i;

	h->items = xcalloc(conf->helpers.n, sizeof(*h->items));
	h->turns = limiter_new(base, HELPER_IN_FLIGHT);
	for (i = 0; i < conf->helpers.n; i++)
		if (pinned_url_parse(&h->items[h->n].server, conf->helpers.items[i], true) ==
		    PINNED_URL_FINE)
			h->n++;
	return h;
}

void
helpers_free(struct helpers *h)
{
	size_t i;

	if (h == NULL)
		return;
	for (i = 0; i < h->n; i++)
		pinned_url_clear(&h->items[i].server);
	limiter_free(h->turns);
	free(h->items);
	free(h);
}

bool
helpers_usable(const struct helpers *h)
{
	return h != NULL && helpers_next(h, 0) != NULL;
}

struct helper *
helpers_next(const struct helpers *h, size_t from)
{
	size_t i;

	for (i = from; i < h->n; i++)
		if (h->items[i].skipped == NULL)
			return &h->items[i];
	return NULL;
}

void
helper_count(struct helper *helper, const char *failure)
{
	helper->failures = failure == NULL ? 0 : helper->failures + 1;
	if (helper->failures < HELPER_FAILURES_MAX || helper->skipped != NULL)
		return;
	helper->skipped = "the test helper failed three times in a row";
	log_warnx("the test helper %s failed three times in a row (%s); it is not asked any more in "
		  "this round",
	    helper->server.url, failure);
}
