/* What a round is to measure. */
#include "probe/plan.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/conf.h"

static void
report(const char *file, int line, bool fatal, const char *message, void *arg)
{
	(void)arg;
	if (fatal && line > 0)
		log_errorx("%s:%d: %s", file, line, message);
	else if (fatal)
		log_errorx("%s: %s", file, message);
	else
		log_debug("%s:%d: %s", file, line, message);
}

static int
load_list(const char *name, struct list *list, bool skip_bad)
{
	switch (list_load(name, skip_bad ? LIST_SKIP_BAD : 0, report, NULL, list)) {
	case 0:
		if (list->bad > 0)
			log_warnx("%s: %zu bad lines were left out", name, list->bad);
		return -1;
	case -1:
		log_errorx("%s has bad lines; mend them, or leave them out with --skip-bad", name);
		return EX_DATAERR;
	default:
		return EX_NOINPUT;
	}
}

static int
load_named(struct plan *plan, const char *name, bool skip_bad)
{
	plan->lists = xreallocarray(plan->lists, plan->nlists + 1, sizeof(*plan->lists));
	plan->lists[plan->nlists] = (struct list){0};
	return load_list(name, &plan->lists[plan->nlists++], skip_bad);
}

/* Nobody named anything: all that ships for everybody. */
static int
load_default(struct plan *plan, bool skip_bad)
{
	int code = -1;
	size_t i;

	for (i = 0; i < list_nbuiltins && code < 0; i++)
		if (list_builtins[i].by_default)
			code = load_named(plan, list_builtins[i].name, skip_bad);
	return code;
}

static int
load_urls(struct plan *plan, const struct strings *urls)
{
	char error[TARGET_ERROR_SIZE];
	size_t i;

	plan->urls = xcalloc(urls->n, sizeof(*plan->urls));
	for (i = 0; i < urls->n; i++) {
		if (target_parse(urls->items[i], &plan->urls[plan->nurls], error) != 0) {
			log_errorx("--url %s: %s", urls->items[i], error);
			return EX_USAGE;
		}
		plan->nurls++;
	}
	return -1;
}

static int
url_compare(const void *a, const void *b)
{
	return strcmp(((const struct target *)a)->url, ((const struct target *)b)->url);
}

static void
add_target(struct plan *plan, void **seen, const struct target *target)
{
	const struct target **found =
	    (const struct target **)tsearch(target, seen, url_compare);

	if (found == NULL)
		log_fatalx("out of memory");
	if (*found == target)
		plan->targets[plan->ntargets++] = target;
}

static void
keep(void *node)
{
	(void)node;
}

/* Single URLs first, then the lists in their order; a URL that stands in two is measured once. */
static void
put_together(struct plan *plan)
{
	size_t all = plan->nurls, i, k;
	void *seen = NULL;

	for (i = 0; i < plan->nlists; i++)
		all += plan->lists[i].n;
	plan->targets = xcalloc(all, sizeof(*plan->targets));
	for (i = 0; i < plan->nurls; i++)
		add_target(plan, &seen, &plan->urls[i]);
	for (i = 0; i < plan->nlists; i++)
		for (k = 0; k < plan->lists[i].n; k++)
			add_target(plan, &seen, &plan->lists[i].targets[k]);
	tdestroy(seen, keep);
}

int
plan_load(struct plan *plan, const struct conf *conf, bool skip_bad)
{
	int code = load_urls(plan, &conf->urls);
	size_t i;

	if (code < 0 && conf->lists.n == 0 && conf->urls.n == 0)
		code = load_default(plan, skip_bad);
	for (i = 0; code < 0 && i < conf->lists.n; i++)
		code = load_named(plan, conf->lists.items[i], skip_bad);
	if (code < 0)
		code = load_list(conf->controls, &plan->controls, skip_bad);
	if (code >= 0)
		return code;
	put_together(plan);
	if (plan->ntargets == 0) {
		log_errorx("there is nothing to measure: the lists are empty");
		return EX_DATAERR;
	}
	return -1;
}

void
plan_clear(struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->nlists; i++)
		list_clear(&plan->lists[i]);
	for (i = 0; i < plan->nurls; i++)
		target_clear(&plan->urls[i]);
	list_clear(&plan->controls);
	free(plan->lists);
	free(plan->urls);
	free(plan->targets);
	*plan = (struct plan){0};
}
