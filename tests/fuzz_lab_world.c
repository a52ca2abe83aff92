/*
 * Whatever comes to the lab's servers is read within its bounds. The first byte chooses the reader:
 * DNS queries, HTTP requests, server names, QUIC packets, lines of a scenario.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "tests/lab/world.h"
#include "tests/lab/world_dns.h"
#include "tests/lab/world_doh.h"
#include "tests/lab/world_quic.h"
#include "tests/lab/world_request.h"
#include "tests/lab/world_tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct world *
honest_world(void)
{
	static struct world *world;

	if (world == NULL)
		world = world_new(false);
	return world;
}

static void
try_dns(const uint8_t *data, size_t size)
{
	const struct world *world = honest_world();
	struct buf out = BUF_EMPTY;

	if (dns_answer(world, world_resolver_named(world, "isp"), data, size, DNS_ANSWER_UDP,
	        &out) == DNS_ANSWERED)
		assert(out.len >= 12 && out.len <= 65535 && memcmp(out.data, data, 2) == 0);
	else
		assert(out.len == 0);
	buf_free(&out);
}

static void
try_request(const uint8_t *data, size_t size)
{
	const struct world *world = honest_world();
	struct buf body = BUF_EMPTY, out = BUF_EMPTY;
	struct request request;

	if (request_read(&request, (const char *)data, size) == REQUEST_WHOLE) {
		assert(request.head_len <= size && strlen(request.method) < 16);
		if (doh_is_query(&request))
			doh_answer(
			    world, world_resolver_named(world, "doh1.lab"), &request, &body, &out);
	}
	buf_free(&out);
}

static void
try_server_name(const uint8_t *data, size_t size)
{
	char name[TLS_NAME_MAX];

	tls_server_name(data, size, name);
	assert(strlen(name) < TLS_NAME_MAX && strlen(name) <= size);
}

static void
try_quic(const uint8_t *data, size_t size)
{
	struct buf out = BUF_EMPTY;

	if (quic_negotiate(data, size, &out))
		assert(out.len < size);
	buf_free(&out);
}

/* "key=value" */
static void
try_line(const uint8_t *data, size_t size)
{
	char *line = xstrndup((const char *)data, size), *value = line, *key = strsep(&value, "=");
	struct world *world = world_new(false);

	if (value != NULL)
		world_set(world, key, value);
	world_free(world);
	free(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const uint8_t *data, size_t size) = {
	    try_dns, try_request, try_server_name, try_quic, try_line};

	if (size > 0)
		readers[data[0] % 5](data + 1, size - 1);
	return 0;
}
