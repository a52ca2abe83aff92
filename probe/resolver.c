/*
 * The resolvers to measure with: reads who they are out of resolv.conf and the configuration. How
 * they do is found out elsewhere.
 */
#include "probe/resolver.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/conf.h"
#include "probe/resolv_conf.h"

enum { DNS_PORT = 53 };

struct list {
	struct resolver *items;
	size_t n;
};

static int
digits(const char *text, unsigned long most, unsigned long *value)
{
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len > 10 || text[len] != '\0')
		return -1;
	*value = strtoul(text, NULL, 10);
	return *value <= most ? 0 : -1;
}

/* An interface's name, or its number. */
static int
scope_parse(const char *text, uint32_t *scope)
{
	unsigned long number;

	*scope = if_nametoindex(text);
	if (*scope != 0)
		return 0;
	if (digits(text, UINT32_MAX, &number) < 0 || number == 0)
		return -1;
	*scope = (uint32_t)number;
	return 0;
}

/* A link-local address without its link can never be asked. */
static int
ip6_parse(char *ip, struct sockaddr_in6 *sin6)
{
	char *scope = strchr(ip, '%');

	sin6->sin6_family = AF_INET6;
	if (scope != NULL)
		*scope++ = '\0';
	if (inet_pton(AF_INET6, ip, &sin6->sin6_addr) != 1)
		return -1;
	if (scope != NULL)
		return scope_parse(scope, &sin6->sin6_scope_id);
	return IN6_IS_ADDR_LINKLOCAL(&sin6->sin6_addr) ? -1 : 0;
}

/* Splits "ip", "ip:port", "[ip]", "[ip]:port" in place; *port is NULL where there is none. */
static int
endpoint_split(char *text, char **ip, char **port)
{
	char *colon = strchr(text, ':');

	*ip = text;
	*port = NULL;
	if (text[0] == '[') {
		char *end = strchr(text, ']');

		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return -1;
		*ip = text + 1;
		if (end[1] == ':')
			*port = end + 2;
		*end = '\0';
	} else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		*port = colon + 1;
		*colon = '\0';
	}
	return 0;
}

int
resolver_parse(const char *text, struct sockaddr_storage *sa, socklen_t *salen)
{
	struct sockaddr_in6 sin6 = {0};
	struct sockaddr_in sin = {.sin_family = AF_INET};
	char copy[INET6_ADDRSTRLEN + IF_NAMESIZE + 16], *ip, *port_text;
	unsigned long port = DNS_PORT;

	if (strlen(text) >= sizeof(copy))
		return -1;
	strcpy(copy, text);
	if (endpoint_split(copy, &ip, &port_text) < 0)
		return -1;
	if (port_text != NULL && (digits(port_text, UINT16_MAX, &port) < 0 || port == 0))
		return -1;
	memset(sa, 0, sizeof(*sa));
	if (inet_pton(AF_INET, ip, &sin.sin_addr) == 1) {
		sin.sin_port = htons((uint16_t)port);
		*salen = sizeof(sin);
		memcpy(sa, &sin, sizeof(sin));
		return text[0] == '[' ? -1 : 0;
	}
	if (ip6_parse(ip, &sin6) < 0)
		return -1;
	sin6.sin6_port = htons((uint16_t)port);
	*salen = sizeof(sin6);
	memcpy(sa, &sin6, sizeof(sin6));
	return 0;
}

static char *
ip6_text(const struct sockaddr_in6 *sin6)
{
	char ip[INET6_ADDRSTRLEN], link[IF_NAMESIZE];
	unsigned port = ntohs(sin6->sin6_port);

	inet_ntop(AF_INET6, &sin6->sin6_addr, ip, sizeof(ip));
	if (sin6->sin6_scope_id == 0)
		return xasprintf("[%s]:%u", ip, port);
	if (if_indextoname(sin6->sin6_scope_id, link) != NULL)
		return xasprintf("[%s%%%s]:%u", ip, link, port);
	return xasprintf("[%s%%%u]:%u", ip, sin6->sin6_scope_id, port);
}

char *
resolver_text(const struct sockaddr_storage *sa)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)sa;
	char ip[INET_ADDRSTRLEN];

	if (sa->ss_family == AF_INET6)
		return ip6_text((const struct sockaddr_in6 *)sa);
	inet_ntop(AF_INET, &sin->sin_addr, ip, sizeof(ip));
	return xasprintf("%s:%u", ip, (unsigned)ntohs(sin->sin_port));
}

/* Takes address over; NULL when it is in the list already. */
static struct resolver *
list_add(struct list *list, enum resolver_role role, char *address)
{
	struct resolver *r;
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (strcmp(list->items[i].address, address) == 0) {
			free(address);
			return NULL;
		}
	}
	list->items = xreallocarray(list->items, list->n + 1, sizeof(*list->items));
	r = &list->items[list->n++];
	*r = (struct resolver){.role = role, .address = address};
	return r;
}

/* Returns 0, or -1 when text is no address. */
static int
list_add_ip(struct list *list, enum resolver_role role, const char *text)
{
	struct sockaddr_storage sa;
	struct resolver *r;
	socklen_t salen;

	if (resolver_parse(text, &sa, &salen) < 0)
		return -1;
	r = list_add(list, role, resolver_text(&sa));
	if (r != NULL) {
		r->sa = sa;
		r->salen = salen;
	}
	return 0;
}

static int
add_nameserver(const char *text, void *arg)
{
	return list_add_ip(arg, RESOLVER_SYSTEM, text);
}

static void
add_system(struct list *list, const char *path)
{
	resolv_conf_read(path, add_nameserver, list);
	if (list->n == 0)
		log_warnx(
		    "%s names no resolver that can be asked: none of the system's is measured",
		    path);
}

static void
add_doh(struct list *list, const char *entry)
{
	struct pinned_url p;
	struct resolver *r;

	switch (pinned_url_parse(&p, entry, false)) {
	case PINNED_URL_BAD_URL:
		log_warnx("DoH resolver %s: not an https:// URL: left out", entry);
		return;
	case PINNED_URL_BAD_PIN:
		log_warnx("DoH resolver %s: what follows # must be IP addresses: left out", entry);
		return;
	case PINNED_URL_FINE:
		break;
	}
	r = list_add(list, RESOLVER_DOH, xstrdup(p.url));
	if (r != NULL)
		r->server = p;
	else
		pinned_url_clear(&p);
}

bool
resolver_doh_valid(const char *text)
{
	struct pinned_url p;
	bool valid = pinned_url_parse(&p, text, false) == PINNED_URL_FINE;

	if (valid)
		pinned_url_clear(&p);
	return valid;
}

struct resolver *
resolvers_load(const struct conf *conf, size_t *n)
{
	struct list list = {NULL, 0};
	size_t i;

	if (conf->system_resolver)
		add_system(&list, conf->resolv_conf);
	for (i = 0; i < conf->resolvers.n; i++)
		if (list_add_ip(&list, RESOLVER_SECOND, conf->resolvers.items[i]) < 0)
			log_warnx(
			    "resolver %s: not IP or IP:PORT: left out", conf->resolvers.items[i]);
	for (i = 0; i < conf->doh.n; i++)
		add_doh(&list, conf->doh.items[i]);
	*n = list.n;
	return list.items;
}

void
resolvers_free(struct resolver *resolvers, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		pinned_url_clear(&resolvers[i].server);
		free(resolvers[i].address);
	}
	free(resolvers);
}
