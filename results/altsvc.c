/* Reads Alt-Svc: 1#( protocol-id "=" quoted-authority *( OWS ";" OWS parameter ) ). */
#include "results/altsvc.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* RFC 9110 5.6.2 */
#define TOKEN                                                                                       \
	"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static void
skip_space(const char **p)
{
	*p += strspn(*p, " \t");
}

static bool
skip_char(const char **p, char c)
{
	skip_space(p);
	if (**p != c)
		return false;
	(*p)++;
	skip_space(p);
	return true;
}

/* A token; false when there is none. */
static bool
read_token(const char **p, const char **start, size_t *len)
{
	*start = *p;
	*len = strspn(*p, TOKEN);
	*p += *len;
	return *len > 0;
}

/*
 * A quoted string without its quotes and backslashes (RFC 9110 5.6.4). False when it is not closed; what does not fit is
 * cut off, and *fits says so.
 */
static bool
read_quoted(const char **p, char *out, size_t size, bool *fits)
{
	size_t n = 0;

	*fits = true;
	if (*(*p)++ != '"')
		return false;
	for (; **p != '"'; (*p)++) {
		if (**p == '\\')
			(*p)++;
		if (**p == '\0')
			return false;
		if (n + 1 < size)
			out[n++] = **p;
		else
			*fits = false;
	}
	(*p)++;
	out[n] = '\0';
	return true;
}

/* [ uri-host ] ":" port */
static bool
read_authority(const char *text, struct altsvc *out)
{
	const char *colon = strrchr(text, ':'), *digits;
	size_t len;
	int port = 0;

	if (colon == NULL || colon[1] == '\0')
		return false;
	for (digits = colon + 1; *digits != '\0'; digits++) {
		if (!isdigit((unsigned char)*digits) || port > 65535)
			return false;
		port = port * 10 + (*digits - '0');
	}
	len = (size_t)(colon - text);
	if (port < 1 || port > 65535 || len >= sizeof(out->host))
		return false;
	memcpy(out->host, text, len);
	out->host[len] = '\0';
	out->port = port;
	return true;
}

/* Parameters, such as ma=86400: their values are tokens or quoted strings, and mean nothing to us. */
static bool
skip_parameters(const char **p)
{
	char ignored[1];
	const char *start;
	size_t len;
	bool fits;

	while (skip_char(p, ';')) {
		if (!read_token(p, &start, &len) || !skip_char(p, '='))
			return false;
		if (**p == '"' ? !read_quoted(p, ignored, sizeof(ignored), &fits)
			       : !read_token(p, &start, &len))
			return false;
	}
	return true;
}

static bool
is_h3(const char *protocol, size_t len)
{
	if (len < 2 || memcmp(protocol, "h3", 2) != 0)
		return false;
	return len == 2 ||
	    (len > 3 && protocol[2] == '-' && strspn(protocol + 3, "0123456789") >= len - 3);
}

bool
altsvc_h3(const char *value, struct altsvc *out)
{
	char authority[ALTSVC_HOST_SIZE + 8];
	const char *p = value, *protocol;
	size_t len;
	bool fits;

	for (;;) {
		while (skip_char(&p, ',')) /* RFC 9110 5.6.1: elements may be empty */
			;
		if (!read_token(&p, &protocol, &len) || !skip_char(&p, '='))
			return false;
		if (!read_quoted(&p, authority, sizeof(authority), &fits) || !skip_parameters(&p))
			return false;
		if (is_h3(protocol, len) && fits && read_authority(authority, out))
			return true;
		skip_space(&p);
		if (*p != ',')
			return false;
	}
}
