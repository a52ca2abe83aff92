/* Any bytes as a list and as a target: what is taken is normal, and survives being written. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "targets/list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool holds)
{
	if (!holds)
		abort();
}

/* The normal form of a normal form is itself. */
static void
check_normal(const struct target *target)
{
	char error[TARGET_ERROR_SIZE];
	struct target again;

	require(target_parse(target->url, &again, error) == 0);
	require(strcmp(again.url, target->url) == 0);
	require(strcmp(again.host, target->host) == 0);
	require(strcmp(again.path, target->path) == 0);
	require(again.port == target->port && again.https == target->https);
	require(again.host_is_ip == target->host_is_ip);
	target_clear(&again);
}

static void
check_target(const char *text)
{
	char error[TARGET_ERROR_SIZE];
	struct target target;

	if (target_parse(text, &target, error) == 0) {
		check_normal(&target);
		target_clear(&target);
	} else {
		require(error[0] != '\0' && target.url == NULL);
	}
}

static void
count(const char *file, int line, bool fatal, const char *message, void *arg)
{
	size_t *fatals = arg;

	require(file != NULL && line > 0 && message[0] != '\0');
	*fatals += fatal;
}

static void
check_same(const struct list *a, const struct list *b)
{
	size_t i;

	require(a->n == b->n && b->bad == 0 && b->duplicates == 0);
	for (i = 0; i < a->n; i++) {
		require(strcmp(a->targets[i].url, b->targets[i].url) == 0);
		require(strcmp(a->targets[i].category, b->targets[i].category) == 0);
		require(strcmp(a->targets[i].added, b->targets[i].added) == 0);
		require(strcmp(a->targets[i].source, b->targets[i].source) == 0);
		require(strcmp(a->targets[i].notes, b->targets[i].notes) == 0);
	}
}

static void
check_written(const struct list *list)
{
	struct buf csv = BUF_EMPTY;
	struct list again;
	size_t i, fatals = 0;

	list_write_head(&csv);
	for (i = 0; i < list->n; i++)
		list_write_target(&csv, &list->targets[i]);
	list_parse("again.csv", csv.data, csv.len, LIST_SKIP_BAD, count, &fatals, &again);
	if (list->n > 0)
		check_same(list, &again);
	list_clear(&again);
	buf_free(&csv);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmalloc(size + 1);
	struct list list;
	size_t fatals = 0, i;
	int rc;

	memcpy(text, data, size);
	text[size] = '\0';
	check_target(text);
	free(text);
	/* Without the NUL, so that a read too far is seen. */
	text = xmemdup(data, size);
	rc = list_parse("fuzz.csv", text, size, 0, count, &fatals, &list);
	free(text);
	require(fatals == list.bad && (rc == 0) == (list.bad == 0));
	for (i = 0; i < list.n; i++)
		check_normal(&list.targets[i]);
	check_written(&list);
	list_clear(&list);
	return 0;
}
