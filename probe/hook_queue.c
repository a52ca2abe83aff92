/* Events that wait for the program that is run for each. */
#include "probe/hook_queue.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

static void
add_variable(struct hook_order *o, const char *name, const char *value)
{
	if (value == NULL)
		return;
	o->env = xreallocarray(o->env, o->nenv + 2, sizeof(*o->env));
	o->env[o->nenv] = xasprintf("%s=%.*s", name, (int)HOOK_VALUE_MAX, value);
	o->bytes += strlen(o->env[o->nenv]) + 1;
	o->env[++o->nenv] = NULL;
}

static void
add_ours(struct hook_order *o)
{
	static const struct {
		const char *name, *unset;
	} ours[] = {
	    {"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"HOME", NULL}, {"LANG", NULL}, {"TZ", NULL}};
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		value = getenv(ours[i].name);
		add_variable(o, ours[i].name, value != NULL ? value : ours[i].unset);
	}
}

static struct hook_order *
order_new(const void *json, size_t len, const struct hook_variable *variables, size_t n)
{
	struct hook_order *o = xcalloc(1, sizeof(*o));
	size_t i;

	buf_add(&o->json, json, len);
	o->bytes = len;
	add_ours(o);
	for (i = 0; i < n; i++)
		add_variable(o, variables[i].name, variables[i].value);
	return o;
}

void
hook_order_free(struct hook_order *o)
{
	size_t i;

	if (o == NULL)
		return;
	for (i = 0; i < o->nenv; i++)
		free(o->env[i]);
	free(o->env);
	buf_free(&o->json);
	free(o);
}

struct hook_order *
hook_queue_take(struct hook_queue *q)
{
	struct hook_order *o = q->first;

	q->first = o->next;
	if (q->first == NULL)
		q->last = NULL;
	q->n--;
	q->bytes -= o->bytes;
	return o;
}

static void
drop_first(struct hook_queue *q)
{
	hook_order_free(hook_queue_take(q));
	q->dropped++;
}

void
hook_queue_add(struct hook_queue *q, size_t most, const char *program, const void *json, size_t len,
    const struct hook_variable *variables, size_t n)
{
	struct hook_order *o = order_new(json, len, variables, n);

	*(q->last != NULL ? &q->last->next : &q->first) = o;
	q->last = o;
	q->n++;
	q->bytes += o->bytes;
	while (q->n > most || (q->n > 1 && q->bytes > HOOK_WAITING_BYTES)) {
		drop_first(q);
		if (!q->said_full)
			log_warnx("events come faster than %s takes them: the oldest are left out (the "
				  "results have them all)", program);
		q->said_full = true;
	}
}

void
hook_queue_drop_all(struct hook_queue *q)
{
	while (q->n > 0)
		drop_first(q);
}

void
hook_queue_tell(struct hook_queue *q, const char *program)
{
	uint64_t n = q->dropped - q->dropped_told;

	if (n > 0)
		log_warnx("%" PRIu64 " event%s not passed on to %s", n, n == 1 ? " was" : "s were", program);
	q->dropped_told = q->dropped;
	q->said_full = false;
}
