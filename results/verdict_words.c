/* Verdicts in plain words. */
#include "results/verdict_words.h"

#include <langinfo.h>
#include <string.h>

static const struct status_words statuses[VERDICT_STATUS_MAX] = {
    [VERDICT_NONE] = {" ", " ", "not measured", TABLE_DIM},
    [VERDICT_OK] = {"✓", "+", "reached", TABLE_GREEN},
    [VERDICT_BLOCKED] = {"×", "x", "blocked", TABLE_RED},
    [VERDICT_LIKELY_BLOCKED] = {"×", "x", "likely blocked", TABLE_RED},
    [VERDICT_IMPAIRED] = {"!", "!", "impaired", TABLE_YELLOW},
    [VERDICT_DOWN] = {"·", ".", "site's own fault", TABLE_BLUE},
    [VERDICT_INSUFFICIENT] = {"?", "?", "cannot be told", TABLE_YELLOW},
};

static const char *const mechanisms[MECHANISM_MAX] = {
    [DNS_NXDOMAIN] = "name denied",
    [DNS_REFUSED] = "name refused",
    [DNS_SERVFAIL] = "name look-up fails",
    [DNS_TIMEOUT] = "name look-up silent",
    [DNS_NO_ANSWER] = "no address given",
    [DNS_BOGON] = "false address",
    [DNS_INJECTION] = "forged DNS answer",
    [DNS_REDIRECT] = "false address",
    [DNS_WILDCARD] = "wildcard DNS",
    [TCP_REFUSED] = "connection refused",
    [TCP_RESET] = "connection reset",
    [TCP_TIMEOUT] = "no connection",
    [TCP_UNREACHABLE] = "unreachable",
    [TLS_SNI_RESET] = "reset at TLS",
    [TLS_SNI_DROP] = "silence at TLS",
    [TLS_SNI_CLOSE] = "closed at TLS",
    [TLS_ALERT] = "TLS refused",
    [TLS_MITM] = "forged certificate",
    [TLS_LOCAL_INTERCEPTION] = "local interception",
    [TLS_CERTIFICATE] = "bad certificate",
    [HTTP_BLOCKPAGE] = "block page",
    [HTTP_RESET] = "reset at the page",
    [HTTP_TIMEOUT] = "page never comes",
    [HTTP_CLOSE] = "page cut off",
    [HTTP_DIFF] = "another page",
    [HTTP_SERVER_REFUSAL] = "site refuses",
    [THROTTLING] = "slowed down",
    [QUIC_DROP] = "QUIC dropped",
};

const struct status_words *
verdict_status_words(enum verdict_status status)
{
	return &statuses[status];
}

const char *
verdict_symbol(enum verdict_status status)
{
	const struct status_words *w = &statuses[status];

	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? w->symbol : w->ascii;
}

const char *
mechanism_words(enum mechanism mechanism)
{
	return mechanisms[mechanism];
}
