/* The contract's names for statuses, stages and mechanisms, and the exit code of a verdict. */
#include <string.h>

#include "results/verdict.h"

static const char *const status_names[VERDICT_STATUS_MAX] = {
    [VERDICT_NONE] = "none",
    [VERDICT_OK] = "ok",
    [VERDICT_BLOCKED] = "blocked",
    [VERDICT_LIKELY_BLOCKED] = "likely_blocked",
    [VERDICT_IMPAIRED] = "impaired",
    [VERDICT_DOWN] = "down",
    [VERDICT_INSUFFICIENT] = "insufficient",
};

static const char *const stage_names[VERDICT_STAGE_MAX] = {
    [STAGE_DNS] = "dns",
    [STAGE_TCP] = "tcp",
    [STAGE_TLS] = "tls",
    [STAGE_HTTP] = "http",
    [STAGE_QUIC] = "quic",
};

static const char *const mechanism_names[MECHANISM_MAX] = {
    [DNS_NXDOMAIN] = "dns-nxdomain",
    [DNS_REFUSED] = "dns-refused",
    [DNS_SERVFAIL] = "dns-servfail",
    [DNS_TIMEOUT] = "dns-timeout",
    [DNS_NO_ANSWER] = "dns-no-answer",
    [DNS_BOGON] = "dns-bogon",
    [DNS_INJECTION] = "dns-injection",
    [DNS_REDIRECT] = "dns-redirect",
    [DNS_WILDCARD] = "dns-wildcard",
    [TCP_REFUSED] = "tcp-refused",
    [TCP_RESET] = "tcp-reset",
    [TCP_TIMEOUT] = "tcp-timeout",
    [TCP_UNREACHABLE] = "tcp-unreachable",
    [TLS_SNI_RESET] = "tls-sni-reset",
    [TLS_SNI_DROP] = "tls-sni-drop",
    [TLS_SNI_CLOSE] = "tls-sni-close",
    [TLS_ALERT] = "tls-alert",
    [TLS_MITM] = "tls-mitm",
    [TLS_LOCAL_INTERCEPTION] = "tls-local-interception",
    [TLS_CERTIFICATE] = "tls-certificate",
    [HTTP_BLOCKPAGE] = "http-blockpage",
    [HTTP_RESET] = "http-reset",
    [HTTP_TIMEOUT] = "http-timeout",
    [HTTP_CLOSE] = "http-close",
    [HTTP_DIFF] = "http-diff",
    [HTTP_SERVER_REFUSAL] = "http-server-refusal",
    [THROTTLING] = "throttling",
    [QUIC_DROP] = "quic-drop",
};

/* The index of name: 0 for NULL, n for one that is none. */
static size_t
name_find(const char *const *names, size_t n, const char *name)
{
	size_t i;

	if (name == NULL)
		return 0;
	for (i = 0; i < n; i++)
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			return i;
	return n;
}

const char *
verdict_status_name(enum verdict_status status)
{
	return status_names[status];
}

enum verdict_status
verdict_status_find(const char *name)
{
	return (enum verdict_status)name_find(status_names, VERDICT_STATUS_MAX, name);
}

const char *
verdict_stage_name(enum verdict_stage stage)
{
	return stage_names[stage];
}

enum verdict_stage
verdict_stage_find(const char *name)
{
	return (enum verdict_stage)name_find(stage_names, VERDICT_STAGE_MAX, name);
}

const char *
mechanism_name(enum mechanism mechanism)
{
	return mechanism_names[mechanism];
}

enum mechanism
mechanism_find(const char *name)
{
	return (enum mechanism)name_find(mechanism_names, MECHANISM_MAX, name);
}

int
verdict_exit_code(const struct verdict *v)
{
	switch (v->status) {
	case VERDICT_OK:
	case VERDICT_DOWN:
		return 0;
	case VERDICT_BLOCKED:
		return 2;
	default:
		return 1;
	}
}
