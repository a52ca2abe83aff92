/* What every DNS check has in common: the question, what came back, and the query written of it. */
#include "probe/lookup.h"

#include <string.h>

#include "base/mem.h"
#include "probe/conf.h"
#include "probe/probe.h"
#include "probe/resolver.h"
#include "results/failure.h"

static const char *
type_name(enum dns_type type)
{
	switch (type) {
	case DNS_TYPE_A:
		return "A";
	case DNS_TYPE_CNAME:
		return "CNAME";
	case DNS_TYPE_AAAA:
		break;
	}
	return "AAAA";
}

struct lookup *
lookup_new(const struct check_type *check_type, struct probe *probe, struct measurement *m,
    const struct resolver *resolver, const char *hostname, enum dns_type type,
    void (*done)(struct check *check, void *arg), void *arg)
{
	static const char *const engines[] = {
	    [RESOLVER_SYSTEM] = "system", [RESOLVER_SECOND] = "udp", [RESOLVER_DOH] = "doh"};
	const struct conf *conf = probe->conf;
	struct lookup *lookup = (struct lookup *)check_new(
	    check_type, probe, m, conf_scaled(conf, conf->dns_ms), done, arg);

	lookup->resolver = resolver;
	lookup->hostname = hostname;
	lookup->listen_ms = conf->listen_ms;
	lookup->type = type;
	lookup->bad_name = dns_question_init(&lookup->question, hostname, type) < 0;
	lookup->draft = (struct query){
	    .engine = engines[resolver->role],
	    .role = resolver->role,
	    .transport = resolver->role == RESOLVER_DOH ? "https" : "udp",
	    .hostname = arena_strdup(m->arena, hostname),
	    .query_type = arena_strdup(m->arena, type_name(type)),
	    .resolver_address = arena_strdup(m->arena, resolver->address),
	    .rcode = -1,
	};
	return lookup;
}

bool
lookup_begin(struct lookup *lookup)
{
	struct check *check = &lookup->check;

	lookup->begun = true;
	check_common(check, &lookup->draft.c, check_now(check));
	check_event(check, "resolve_start", lookup->draft.transport, lookup->draft.resolver_address,
	    0, NULL);
	if (lookup->bad_name)
		check_finish(check, failure_name(FAILURE_INVALID_ARGUMENT));
	return !lookup->bad_name;
}

static void
settle(struct lookup *lookup, const char *failure)
{
	struct query *draft = &lookup->draft;

	lookup->settled = true;
	lookup->outcome = failure;
	draft->failure = failure;
	draft->c.t = check_now(&lookup->check);
	check_event(
	    &lookup->check, "resolve_done", draft->transport, draft->resolver_address, 0, failure);
}

static const char *
reply_failure(const struct dns_reply *reply)
{
	enum failure f = failure_from_rcode(reply->rcode);

	if (f == FAILURE_NONE && reply->nmatching == 0)
		f = FAILURE_DNS_NO_ANSWER;
	return failure_name(f);
}

static void
query_fill(struct query *query, const struct dns_reply *reply, const struct bytes *bytes)
{
	query->rcode = reply->rcode;
	query->answers = reply->answers;
	query->nanswers = reply->nanswers;
	query->raw_response = *bytes;
}

/* OONI's x_dns_duplicate_responses: the same question, another answer. */
static void
duplicate_add(
    struct lookup *lookup, const struct dns_reply *reply, const struct bytes *bytes, bool stream)
{
	struct query *q =
	    ARENA_PUSH(lookup->check.m->arena, lookup->duplicates, lookup->nduplicates);

	*q = lookup->draft;
	q->datagrams = NULL;
	q->ndatagrams = 0;
	q->datagrams_dropped = 0;
	if (!stream)
		q->transport = "udp";
	q->c.t = check_now(&lookup->check);
	q->failure = reply_failure(reply);
	query_fill(q, reply, bytes);
}

static const struct bytes *
datagram_add(struct lookup *lookup, const void *bytes, size_t len, int ip_ttl, bool stream,
    const struct dns_reply *reply, const char *kind)
{
	struct arena *arena = lookup->check.m->arena;
	struct datagram *d = ARENA_PUSH(arena, lookup->draft.datagrams, lookup->draft.ndatagrams);

	d->t = check_now(&lookup->check);
	d->ip_ttl = ip_ttl;
	d->rcode = reply->rcode;
	d->bytes = (struct bytes){.data = arena_memdup(arena, bytes, len), .len = len};
	d->kind = kind;
	d->case_mismatch = reply->case_mismatch;
	lookup->kept += len;
	if (!stream) /* a stream's reads are not its messages */
		check_event(&lookup->check, "read_from", "udp", lookup->draft.resolver_address,
		    (int64_t)len, NULL);
	return &d->bytes;
}

static bool
refuses_edns(int rcode)
{
	return rcode == DNS_RCODE_FORMERR || rcode == DNS_RCODE_NOTIMP ||
	       rcode == DNS_RCODE_BADVERS;
}

static enum lookup_seen
judge(const struct lookup *lookup, const struct dns_reply *reply, bool late, bool stream)
{
	if (reply->kind != DNS_VALID)
		return LOOKUP_PASSED_OVER;
	if (late)
		return LOOKUP_DUPLICATE;
	if (!stream && reply->truncated)
		return LOOKUP_TRUNCATED;
	if (!stream && lookup->edns && refuses_edns(reply->rcode))
		return LOOKUP_EDNS_REFUSED;
	return LOOKUP_ANSWER;
}

enum lookup_seen
lookup_receive(struct lookup *lookup, const void *bytes, size_t len, int ip_ttl, bool stream)
{
	static const char *const kinds[] = {
	    [LOOKUP_ANSWER] = "answer",
	    [LOOKUP_DUPLICATE] = "duplicate",
	    [LOOKUP_TRUNCATED] = "truncated",
	    [LOOKUP_EDNS_REFUSED] = "edns_refused",
	};
	bool late = lookup->settled || (lookup->truncated && !stream);
	bool full = lookup->draft.ndatagrams >= LOOKUP_DATAGRAMS_MAX ||
	            lookup->kept + len > LOOKUP_BYTES_MAX;
	const struct bytes *copy;
	struct dns_reply reply;
	enum lookup_seen seen = LOOKUP_PASSED_OVER;

	if (!full || !late) {
		dns_reply_read(&reply, &lookup->question, bytes, len, lookup->check.m->arena);
		seen = judge(lookup, &reply, late, stream);
	}
	if (full && seen == LOOKUP_PASSED_OVER) {
		lookup->draft.datagrams_dropped++;
		return seen;
	}
	copy = datagram_add(lookup, bytes, len, ip_ttl, stream, &reply,
	    seen == LOOKUP_PASSED_OVER ? dns_kind_name(reply.kind) : kinds[seen]);
	if (seen == LOOKUP_TRUNCATED)
		lookup->truncated = true;
	if (seen == LOOKUP_DUPLICATE)
		duplicate_add(lookup, &reply, copy, stream);
	if (seen == LOOKUP_ANSWER) {
		query_fill(&lookup->draft, &reply, copy);
		settle(lookup, reply_failure(&reply));
	}
	return seen;
}

const char *
lookup_silence(const struct lookup *lookup)
{
	const struct query *draft = &lookup->draft;
	size_t wrong_id = 0, bad = 0, i;

	for (i = 0; i < draft->ndatagrams; i++) {
		const char *kind = draft->datagrams[i].kind;

		wrong_id += strcmp(kind, dns_kind_name(DNS_WRONG_ID)) == 0;
		bad += strcmp(kind, dns_kind_name(DNS_MALFORMED)) == 0 ||
		       strcmp(kind, dns_kind_name(DNS_WRONG_QUESTION)) == 0;
	}
	if (wrong_id > 0 && wrong_id == draft->ndatagrams)
		return failure_name(FAILURE_DNS_REPLY_WRONG_ID);
	if (bad > 0 && bad == draft->ndatagrams)
		return failure_name(FAILURE_DNS_SERVER_MISBEHAVING);
	return failure_name(FAILURE_GENERIC_TIMEOUT);
}

/* A query that never got its turn has met no silence: its failure must not read like one. */
static void
never_asked(struct lookup *lookup)
{
	check_common(&lookup->check, &lookup->draft.c, check_now(&lookup->check));
	lookup->settled = true;
	lookup->outcome = failure_name(FAILURE_INTERRUPTED);
	lookup->draft.failure = lookup->outcome;
}

void
lookup_save(struct lookup *lookup)
{
	struct measurement *m = lookup->check.m;
	size_t i;

	if (!lookup->begun)
		never_asked(lookup);
	if (!lookup->settled)
		settle(lookup, lookup->check.failure);
	/* Where somebody ended the check while it listened for more, the answer stands. */
	lookup->check.failure = lookup->outcome;
	lookup->query = m->nqueries;
	*ARENA_PUSH(m->arena, m->queries, m->nqueries) = lookup->draft;
	for (i = 0; i < lookup->nduplicates; i++)
		*ARENA_PUSH(m->arena, m->duplicates, m->nduplicates) = lookup->duplicates[i];
}
