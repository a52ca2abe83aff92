/* One DNS query to one resolver: over a UDP socket of our own (check_dns.c), or HTTPS (check_doh.c). */
#ifndef PROBE_CHECK_DNS_H
#define PROBE_CHECK_DNS_H

#include "probe/check.h"
#include "probe/dnswire.h"

struct query;
struct resolver;

/*
 * hostname is ASCII, without a final dot; borrowed until done, as resolver is. Picks UDP or HTTPS by the resolver's
 * role. The outcome is the query's failure. UDP: EDNS (without it again on FORMERR, NOTIMP, BADVERS, and on the third
 * attempt), TCP when truncated, random ID, port and 0x20 case; listens conf->listen_ms past the first valid answer.
 * Waits for its turn in probe->dns first; a query that is ended before that has failed with "interrupted".
 */
struct check *check_dns_new(struct probe *probe, struct measurement *m,
    const struct resolver *resolver, const char *hostname, enum dns_type type,
    void (*done)(struct check *check, void *arg), void *arg);
/*
 * Before check_start: answered (with check_new's arg) is called when the first valid answer has come, while further ones
 * are still listened for; `done` follows. From inside the check: it may look, but neither cancel nor finish.
 */
void check_dns_on_answer(struct check *check, void (*answered)(struct check *check, void *arg));
/* Before check_start: listens for so long (before scaling) instead of conf->listen_ms. */
void check_dns_listen(struct check *check, int listen_ms);
/* From `answered` until `done`: the query as it stands. */
const struct query *check_dns_draft(const struct check *check);
/* In `done`: the query it appended to m->queries (valid until the next is appended). */
const struct query *check_dns_result(const struct check *check);

#endif
