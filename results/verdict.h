/*
 * What a measurement means. Pure: verdict_judge looks at the observations and the context in
 * the record and at nothing else, so that a later, better rule can judge old records again.
 * A wrong accusation is worse than a missed one: what cannot be told is `insufficient`.
 */
#ifndef RESULTS_VERDICT_H
#define RESULTS_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct known_cas;
struct measurement;
struct ooni_keys;

enum verdict_status {
	VERDICT_NONE, /* not judged */
	VERDICT_OK,
	VERDICT_BLOCKED,
	VERDICT_LIKELY_BLOCKED,
	VERDICT_IMPAIRED,
	VERDICT_DOWN,
	VERDICT_INSUFFICIENT,
	VERDICT_STATUS_MAX
};

enum verdict_stage {
	STAGE_NONE,
	STAGE_DNS,
	STAGE_TCP,
	STAGE_TLS,
	STAGE_HTTP,
	STAGE_QUIC,
	VERDICT_STAGE_MAX
};

/* The contract's closed set. */
enum mechanism {
	MECHANISM_NONE,
	DNS_NXDOMAIN,
	DNS_REFUSED,
	DNS_SERVFAIL,
	DNS_TIMEOUT,
	DNS_NO_ANSWER,
	DNS_BOGON,
	DNS_INJECTION,
	DNS_REDIRECT,
	DNS_WILDCARD,
	TCP_REFUSED,
	TCP_RESET,
	TCP_TIMEOUT,
	TCP_UNREACHABLE,
	TLS_SNI_RESET,
	TLS_SNI_DROP,
	TLS_SNI_CLOSE,
	TLS_ALERT,
	TLS_MITM,
	TLS_LOCAL_INTERCEPTION,
	TLS_CERTIFICATE,
	HTTP_BLOCKPAGE,
	HTTP_RESET,
	HTTP_TIMEOUT,
	HTTP_CLOSE,
	HTTP_DIFF,
	HTTP_SERVER_REFUSAL,
	THROTTLING,
	QUIC_DROP,
	MECHANISM_MAX
};

struct verdict {
	enum verdict_status status;
	enum verdict_stage stage;
	enum mechanism mechanism;
	double confidence; /* 0 to 1 */
	const char **evidence; /* codes, static or in the measurement's arena */
	size_t nevidence;
	const char *rules; /* version of the rule table */
};

/*
 * The authorities known for interception that verdicts from now on look for; borrowed. Set once, before any verdict; without
 * it none is known.
 */
void verdict_use_known_cas(const struct known_cas *cas);
const struct known_cas *verdict_known_cas(void);
/* Judges; evidence is allocated in the measurement's arena. Does not touch m->verdict. */
void verdict_judge(const struct measurement *m, struct verdict *out);
/* The names of the rules, in their order; the name of the one that decided is a verdict's first evidence. NULL past the last. */
const char *verdict_rule_name(size_t i);
/*
 * Maps OONI's stored blocking and accessible keys: false/true ok, false/false down, a string
 * likely_blocked at that stage, null insufficient. For records that are not ours.
 */
void verdict_from_ooni(const struct measurement *m, struct verdict *out);
/* The same of keys that were computed from its observations. `evidence`, static, goes first and says where they come from. */
void verdict_from_keys(const struct measurement *m, const struct ooni_keys *keys, const char *evidence, struct verdict *out);

/* The contract's names, static; "none" for VERDICT_NONE, NULL for STAGE_NONE and MECHANISM_NONE. */
const char *verdict_status_name(enum verdict_status status);
const char *verdict_stage_name(enum verdict_stage stage);
const char *mechanism_name(enum mechanism mechanism);
/* The other way; the _MAX value for a name that is none, 0 for NULL. */
enum verdict_status verdict_status_find(const char *name);
enum verdict_stage verdict_stage_find(const char *name);
enum mechanism mechanism_find(const char *name);

/* "0 nothing suspected, 1 something suspected, 2 something confirmed": the exit code of one verdict. */
int verdict_exit_code(const struct verdict *v);
/* What the rule of that number, which there must be, gives. */
enum verdict_status verdict_rule_status(size_t i);

#endif
