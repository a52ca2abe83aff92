/* A URL with the addresses of its host. */
#include "probe/pinned_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "results/measurement.h"

/* The host, an IPv6 literal without its brackets (to free); NULL: it is no URL that will do. */
static char *
url_host(const char *url, bool http)
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *part = NULL, *host = NULL;

	if (parts == NULL)
		log_fatalx("out of memory (a URL was wanted)");
	if (curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    (strcmp(scheme, "https") == 0 || (http && strcmp(scheme, "http") == 0)) &&
	    curl_url_get(parts, CURLUPART_HOST, &part, 0) == CURLUE_OK)
		host = part[0] == '[' ? xstrndup(part + 1, strcspn(part + 1, "]")) : xstrdup(part);
	curl_free(scheme);
	curl_free(part);
	curl_url_cleanup(parts);
	return host;
}

static bool
is_ip(const char *text)
{
	struct in6_addr ip;

	return inet_pton(AF_INET, text, &ip) == 1 || inet_pton(AF_INET6, text, &ip) == 1;
}

static void
pin_add(struct pinned_url *p, const char *ip)
{
	p->pins = xreallocarray(p->pins, p->npins + 1, sizeof(*p->pins));
	p->pins[p->npins++] = xstrdup(ip);
}

/* Cuts the comma-separated pins up in place. Returns 0, or -1 when one is no address. */
static int
pins_parse(struct pinned_url *p, char *text)
{
	char *rest, *pin;

	for (pin = strtok_r(text, ",", &rest); pin != NULL; pin = strtok_r(NULL, ",", &rest)) {
		if (!is_ip(pin))
			return -1;
		pin_add(p, pin);
	}
	return 0;
}

enum pinned_url_flaw
pinned_url_parse(struct pinned_url *p, const char *text, bool http)
{
	size_t len = strcspn(text, "#");
	char *url = xstrndup(text, len), *host = url_host(url, http);
	char *pins = xstrdup(text[len] == '#' ? text + len + 1 : "");
	enum pinned_url_flaw flaw = host == NULL ? PINNED_URL_BAD_URL : PINNED_URL_FINE;

	*p = (struct pinned_url){.url = url};
	if (flaw == PINNED_URL_FINE && pins_parse(p, pins) < 0)
		flaw = PINNED_URL_BAD_PIN;
	if (flaw != PINNED_URL_FINE)
		pinned_url_clear(p);
	free(host);
	free(pins);
	return flaw;
}

void
pinned_url_clear(struct pinned_url *p)
{
	size_t i;

	for (i = 0; i < p->npins; i++)
		free(p->pins[i]);
	free(p->pins);
	free(p->url);
	*p = (struct pinned_url){NULL, NULL, 0};
}

char *
pinned_url_unknown_host(const struct pinned_url *p)
{
	char *host;

	if (p->url == NULL || p->npins > 0)
		return NULL;
	host = url_host(p->url, true);
	if (host == NULL || !is_ip(host))
		return host;
	free(host);
	return NULL;
}

void
pinned_url_pin_answers(struct pinned_url *p, const struct measurement *m)
{
	const struct query *q;
	size_t i, k;

	for (i = 0; i < m->nqueries; i++) {
		q = &m->queries[i];
		for (k = 0; q->failure == NULL && k < q->nanswers; k++)
			if (q->answers[k].address != NULL)
				pin_add(p, q->answers[k].address);
	}
}
