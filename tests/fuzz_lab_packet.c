/* Whatever is in a packet, the lab's censor reads it within its bounds, decides, and forges packets that can be read. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "tests/lab/censor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const texts[] = {"sni=*.lab do rst", "host=*.lab do http=200", "qname=*.lab do dns=A:10.0.0.1",
    "serverhello do alert=40", "syn do fin", "proto=icmp do icmp=13", "dst=foreign prob=0.5 do port=10443 rate-dst=9"};

enum { NRULES = sizeof(texts) / sizeof(texts[0]) };

static void
look_at_forged(enum direction direction, const uint8_t *data, size_t len, void *arg)
{
	struct packet p;

	(void)direction;
	(void)arg;
	assert(packet_parse(&p, data, len));
}

static void
show(struct censor *censor, const uint8_t *data, size_t size, enum direction direction)
{
	struct address box;
	struct decision decision;
	struct packet p;
	size_t i;

	if (!packet_parse(&p, data, size))
		return;
	assert(p.len <= size && p.transport <= p.len && p.payload_len <= p.len);
	address_parse(p.src.version == 6 ? "2001:db8::1" : "192.0.2.1", &box);
	censor_decide(censor, &p, direction, 1, &decision);
	for (i = 0; i < decision.nsend; i++)
		censor_answer(i, &decision, &p, direction, &box, look_at_forged, NULL);
}

/* The first byte tells how long the first packet is; the second is the rest: a stream may come in two. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct rule rules[NRULES];
	struct censor *censor;
	struct question question;
	char name[PEEK_NAME_SIZE];
	size_t i, first;

	for (i = 0; i < NRULES; i++)
		assert(rule_parse(&rules[i], texts[i], arena) == NULL);
	censor = censor_new(rules, NRULES, 1);
	if (size > 0) {
		first = data[0] < size - 1 ? data[0] : size - 1;
		show(censor, data + 1, first, OUTWARD);
		show(censor, data + 1 + first, size - 1 - first, OUTWARD);
		show(censor, data + 1, size - 1, HOMEWARD);
		/* Deep in a packet they are hard to reach. */
		peek_client_hello(data + 1, size - 1, name);
		peek_http_host(data + 1, size - 1, name);
		peek_dns_question(data + 1, size - 1, &question);
	}
	censor_free(censor);
	arena_free(arena);
	return 0;
}
