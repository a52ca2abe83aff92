/* Whatever comes back as a DNS reply is read within its bounds, and what is read of it makes sense.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/reader.h"
#include "probe/dnswire.h"
#include "results/measurement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The question that the message claims to answer, so that the answers get their turn. */
static void
question_guess(struct dns_question *q, const uint8_t *data, size_t size)
{
	struct reader r;
	struct dns_name name;

	dns_question_init(q, "www.example.com", DNS_TYPE_A);
	reader_init(&r, data, size);
	q->id = reader_u16(&r);
	reader_bytes(&r, 10);
	if (!dns_name_read(&r, &name))
		return;
	q->name = name;
	q->type = reader_u16(&r);
}

static void
answer_check(const struct answer *a)
{
	const char *text;

	assert(a->type != NULL && a->ttl >= 0 && a->ttl <= UINT32_MAX);
	assert((a->address != NULL) == (strcmp(a->type, "A") == 0 || strcmp(a->type, "AAAA") == 0));
	assert((a->hostname != NULL) == (strcmp(a->type, "CNAME") == 0));
	for (text = a->hostname; text != NULL && *text != '\0'; text++)
		assert(*text > ' ' && *text < 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct dns_question q;
	struct dns_reply reply;
	size_t i;

	if (size > DNS_MESSAGE_MAX)
		size = DNS_MESSAGE_MAX;
	question_guess(&q, data, size);
	dns_reply_read(&reply, &q, data, size, arena);
	assert(dns_kind_name(reply.kind) != NULL);
	assert(reply.kind == DNS_VALID || reply.nanswers == 0);
	assert(reply.nmatching <= reply.nanswers && reply.nanswers <= size / 11);
	for (i = 0; i < reply.nanswers; i++)
		answer_check(&reply.answers[i]);
	arena_free(arena);
	return 0;
}
