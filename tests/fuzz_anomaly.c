/*
 * Whatever the kept state says, a line each: what was taken of it is kept as the same again, and measurements can be fed to it, told and
 * kept.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "probe/anomaly.h"
#include "probe/sighting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
put(const char *key, const char *text, void *arg)
{
	struct buf *buf = arg;

	if (key[0] == '\0')
		abort();
	if (text == NULL)
		return;
	buf_puts(buf, text);
	buf_putc(buf, '\n');
}

static struct anomalies *
restore(const char *data, size_t size)
{
	struct anomalies *a = anomalies_new(NULL);
	const char *end = data + size, *line = data, *next;

	for (; line < end; line = next + 1) {
		next = memchr(line, '\n', (size_t)(end - line));
		if (next == NULL)
			next = end;
		anomalies_restore(a, line, (size_t)(next - line));
	}
	anomalies_restored(a);
	return a;
}

static void
check(const struct occurrence *o, void *arg)
{
	(void)arg;
	if (strlen(o->id) != 32 || o->info->ntargets == 0 || event_tell(o->arena, o->info)[0] == '\0')
		abort();
}

static void
ignore_burst(const struct anomaly_burst *burst, void *arg)
{
	(void)arg;
	if (burst->url == NULL)
		abort();
}

static void
ignore_open(const struct anomaly_open *open, void *arg)
{
	(void)arg;
	if (open->ntargets == 0)
		abort();
}

/* Goes on measuring: good and bad by turns, of two sites that the corpus knows. */
static void
live_on(struct anomalies *a)
{
	static const char *const urls[] = {"https://a.test/", "https://b.test/"};
	static const char *const rounds[] = {"r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"};
	int i;

	for (i = 0; i < 16; i++) {
		struct sighting s = {.network = "AS9198", .url = urls[i % 2], .group = "kz-news", .record = rounds[i / 2],
		    .round = rounds[i / 2], .state = NETWORK_ONLINE,
		    .start_us = INT64_C(1795400000000000) + i * INT64_C(450000000),
		    .mono_ns = INT64_C(90000000000000) + i * INT64_C(450000000000)};

		s.end_us = s.start_us + 1000000;
		s.verdict = i % 8 < 4 ? (struct event_view){VERDICT_BLOCKED, STAGE_TLS, TLS_SNI_RESET, 0.9}
				      : (struct event_view){VERDICT_OK, STAGE_NONE, MECHANISM_NONE, 1};
		anomalies_feed(a, &s, check, NULL);
	}
	anomalies_settle(a, check, NULL);
	anomalies_bursts(a, INT64_C(1795410000000000), ignore_burst, NULL);
	anomalies_each_open(a, ignore_open, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf first = BUF_EMPTY, second = BUF_EMPTY;
	struct anomalies *a = restore((const char *)data, size), *b;

	anomalies_save(a, true, put, &first);
	b = restore(first.data, first.len);
	anomalies_save(b, true, put, &second);
	if (first.len != second.len || (first.len > 0 && memcmp(first.data, second.data, first.len) != 0))
		abort();
	live_on(b);
	buf_clear(&second);
	anomalies_save(b, true, put, &second);
	anomalies_free(a);
	anomalies_free(b);
	buf_free(&first);
	buf_free(&second);
	return 0;
}
