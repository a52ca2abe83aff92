/* libcurl handles as we need them; the loop that drives them is curlloop.c. */
#include "probe/transfer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/curlloop.h"
#include "probe/probe.h"
#include "probe/roots.h"
#include "probe/traffic.h"
#include "results/failure.h"

enum { ERRNO_LAST = 133 }; /* Linux's */

/* Reads scheme, host and port. */
static bool
transfer_split(struct transfer *t, const char *url)
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL;
	bool ok = false;

	if (parts == NULL)
		log_fatalx("out of memory (a URL)");
	if (curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
		t->https = strcmp(scheme, "https") == 0;
		ok = t->https || strcmp(scheme, "http") == 0;
		t->host = xstrdup(host);
		t->port = atoi(port); /* libcurl has checked it: 0 to 65535 */
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(parts);
	return ok;
}

static CURLcode
transfer_on_tls(CURL *easy, void *ctx, void *arg)
{
	struct transfer *t = arg;

	(void)easy;
	t->tls_start_ns = clock_mono_ns();
	roots_use(t->probe->roots, ctx);
	return CURLE_OK;
}

static int
transfer_on_open(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct probe *probe = arg;

	(void)purpose;
	traffic_opened(probe->traffic, fd);
	return CURL_SOCKOPT_OK;
}

static int
transfer_on_close(void *arg, curl_socket_t fd)
{
	struct probe *probe = arg;

	traffic_closing(probe->traffic, fd);
	return close(fd);
}

bool
transfer_open(struct transfer *t, struct probe *probe, const char *url)
{
	t->probe = probe;
	if (!transfer_split(t, url))
		return false;
	t->easy = curl_easy_init();
	if (t->easy == NULL)
		log_fatalx("out of memory (a libcurl handle)");
	curl_easy_setopt(t->easy, CURLOPT_URL, url);
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
	/* "" also keeps the environment's proxies out; "*" any that is set in another way. */
	curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(t->easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	/*
	 * Debian's libcurl has both set, and would load the machine's own store for each
	 * connection.
	 */
	curl_easy_setopt(t->easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_FUNCTION, transfer_on_tls);
	curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_DATA, t);
	/* Only a root ends a chain, as in check_tls: libcurl would take an intermediate for one. */
	curl_easy_setopt(t->easy, CURLOPT_SSL_OPTIONS, (long)CURLSSLOPT_NO_PARTIALCHAIN);
	curl_easy_setopt(t->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	/* The probe, not the check: a connection that is kept outlives its first user. */
	curl_easy_setopt(t->easy, CURLOPT_SOCKOPTFUNCTION, transfer_on_open);
	curl_easy_setopt(t->easy, CURLOPT_SOCKOPTDATA, probe);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETFUNCTION, transfer_on_close);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, probe);
	return true;
}

static bool
is_address(const char *ip)
{
	struct in6_addr v6;
	struct in_addr v4;

	return inet_pton(AF_INET, ip, &v4) == 1 || inet_pton(AF_INET6, ip, &v6) == 1;
}

bool
transfer_host_is_address(const struct transfer *t)
{
	return t->host[0] == '[' || is_address(t->host);
}

static void
slist_add(struct curl_slist **list, const char *item)
{
	struct curl_slist *longer = curl_slist_append(*list, item);

	if (longer == NULL)
		log_fatalx("out of memory (libcurl's list)");
	*list = longer;
}

bool
transfer_pin(struct transfer *t, const char *ip)
{
	bool v6 = strchr(ip, ':') != NULL;
	char *pin;

	if (!is_address(ip))
		return false;
	/* Any host and any port of the URL: to this address and the same port. */
	pin = xasprintf("::%s%s%s:%d", v6 ? "[" : "", ip, v6 ? "]" : "", t->port);
	slist_add(&t->pins, pin);
	free(pin);
	curl_easy_setopt(t->easy, CURLOPT_CONNECT_TO, t->pins);
	return true;
}

bool
transfer_pin_host(struct transfer *t, char *const *ips, size_t n)
{
	struct buf pin = BUF_EMPTY;
	bool ok = n > 0;
	size_t i;

	buf_printf(&pin, "%s:%d:", t->host, t->port);
	for (i = 0; i < n; i++) {
		ok = ok && is_address(ips[i]);
		buf_printf(&pin, "%s%s", i > 0 ? "," : "", ips[i]);
	}
	if (ok) {
		slist_add(&t->pins, buf_str(&pin));
		curl_easy_setopt(t->easy, CURLOPT_RESOLVE, t->pins);
	}
	buf_free(&pin);
	return ok;
}

void
transfer_header(struct transfer *t, const char *line)
{
	slist_add(&t->headers, line);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

void
transfer_start(struct transfer *t, void (*done)(CURL *easy, CURLcode code, void *arg), void *arg)
{
	curlloop_add(t->probe->curl, t->easy, done, arg);
}

void
transfer_close(struct transfer *t)
{
	if (t->easy != NULL) {
		curlloop_remove(t->probe->curl, t->easy);
		curl_easy_cleanup(t->easy);
	}
	curl_slist_free_all(t->headers);
	curl_slist_free_all(t->pins);
	free(t->host);
	t->easy = NULL;
	t->headers = t->pins = NULL;
	t->host = NULL;
}

/* The errno whose text libcurl's message ends with; 0 none. */
static int
errno_in_message(const struct transfer *t)
{
	const char *text = strstr(t->error, "failure: ");
	int err;

	if (text == NULL)
		return 0;
	text += strlen("failure: ");
	for (err = 1; err <= ERRNO_LAST; err++)
		if (strcmp(strerror(err), text) == 0)
			return err;
	return 0;
}

int
transfer_errno(const struct transfer *t)
{
	long err = 0;
	int first;

	if (t->easy != NULL)
		curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &err);
	/*
	 * After a reset under TLS, libcurl still writes a close_notify, and EPIPE takes the first
	 * error's place in OS_ERRNO; but not in the message.
	 */
	first = err == EPIPE ? errno_in_message(t) : 0;
	return first != 0 ? first : (int)err;
}

static enum failure
failure_from_certificate(const struct transfer *t)
{
	long result = X509_V_OK;
	int code;

	curl_easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &result);
	code = (int)result;
	/*
	 * libcurl compares the name itself, after OpenSSL found the chain good, and before it notes
	 * that.
	 */
	if (code == X509_V_OK || code == X509_V_ERR_UNSPECIFIED)
		return FAILURE_SSL_INVALID_HOSTNAME;
	return failure_from_verify(&code, 1);
}

/*
 * OpenSSL's reason. libcurl passes it on only in its message: "... error:0A000410:SSL
 * routines::...". 0 when there is none.
 */
static int
tls_reason(const struct transfer *t)
{
	const char *at = strstr(t->error, "error:");
	unsigned long code = at != NULL ? strtoul(at + strlen("error:"), NULL, 16) : 0;

	return ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
}

/* What TLS says of the end; NULL nothing. */
static const char *
failure_from_tls(const struct transfer *t, struct arena *arena)
{
	int reason = tls_reason(t), alert = reason - SSL_AD_REASON_OFFSET;

	/* libcurl's words for a FIN in mid-handshake, with no errno, and OpenSSL's. */
	if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING ||
	    strstr(t->error, "SSL_ERROR_SYSCALL") != NULL)
		return failure_name(FAILURE_EOF);
	if (alert < 0 || alert > 255)
		return NULL;
	return failure_of_alert(arena, alert);
}

/* What libcurl's codes mean to us, where neither the socket nor TLS says more. */
static const struct transfer_end {
	CURLcode code;
	enum failure failure; /* FAILURE_UNKNOWN: see text */
	const char *text;
} transfer_ends[] = {
    {CURLE_GOT_NOTHING, FAILURE_EOF, NULL},
    {CURLE_PARTIAL_FILE, FAILURE_EOF, NULL},
    {CURLE_OPERATION_TIMEDOUT, FAILURE_GENERIC_TIMEOUT, NULL},
    /* Its own text speaks of the URL; what it met is an answer without a status line. */
    {CURLE_UNSUPPORTED_PROTOCOL, FAILURE_UNKNOWN, "not an HTTP response"},
};

const char *
transfer_failure(const struct transfer *t, CURLcode code, const char *what, struct arena *arena)
{
	int err = transfer_errno(t);
	const char *text = curl_easy_strerror(code), *name;
	size_t i;

	if (code == CURLE_OK)
		return NULL;
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return failure_name(failure_from_certificate(t));
	for (i = 0; i < sizeof(transfer_ends) / sizeof(transfer_ends[0]); i++)
		if (transfer_ends[i].code == code) {
			if (transfer_ends[i].failure != FAILURE_UNKNOWN)
				return failure_name(transfer_ends[i].failure);
			text = transfer_ends[i].text;
		}
	if (err != 0)
		return failure_of_errno(arena, err);
	name = failure_from_tls(t, arena);
	return name != NULL ? name : arena_printf(arena, "unknown_failure: %s: %s", what, text);
}
