/* Takes a URL or a host name apart; what a list says of it is the list's business. */
#include "targets/target.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <idn2.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

enum {
	URL_MAX = 8192,     /* what servers commonly take; RFC 9110, 4.1 asks for 8000 */
	NAME_MAX_LEN = 253, /* RFC 1035, 3.1, without the root's dot */
	LABEL_MAX = 63,
	EXCERPT_MAX = 48 /* of a bad text in a message */
};

static int
bad(char error[TARGET_ERROR_SIZE], const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int
bad(char error[TARGET_ERROR_SIZE], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(error, TARGET_ERROR_SIZE, fmt, ap);
	va_end(ap);
	return -1;
}

static int
too_long(char error[TARGET_ERROR_SIZE], size_t len)
{
	return bad(error, "the URL is %zu bytes long, more than %d", len, URL_MAX);
}

/* A span of the text that was given. */
struct span {
	const char *s;
	size_t len;
};

/* The span for "%.*s", short enough for a message and never ending inside a character. */
static int
excerpt(struct span span)
{
	size_t len = span.len;

	if (len > EXCERPT_MAX)
		for (len = EXCERPT_MAX; len > 0 && (span.s[len] & 0xc0) == 0x80; len--)
			;
	return (int)len;
}

/* Refuses what no URL may hold anywhere, so that the rest need not think of it. */
static int
check_characters(const char *text, char error[TARGET_ERROR_SIZE])
{
	const char *end = text + strlen(text);
	uint32_t code;
	size_t n;

	if (text == end)
		return bad(error, "no URL");
	if (end - text > URL_MAX)
		return too_long(error, (size_t)(end - text));
	for (; text < end; text += n) {
		n = utf8_next(text, (size_t)(end - text), &code);
		if (n == 0)
			return bad(error, "not UTF-8");
		if (code == ' ' || code == '\t' || code == 0xa0 || code == 0x3000 ||
		    (code >= 0x2000 && code <= 0x200a))
			return bad(error, "white space in the URL");
		if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 ||
		    code == 0x2029)
			return bad(
			    error, "a control character (U+%04X) in the URL", (unsigned int)code);
	}
	return 0;
}

/* Reads "http://" or "https://" off the front; without a scheme it is https. */
static int
parse_scheme(const char **text, bool *https, bool *bare, char error[TARGET_ERROR_SIZE])
{
	size_t len = strcspn(*text, ":/?#");
	struct span scheme = {*text, len};

	*https = true;
	*bare = strncmp(*text + len, "://", 3) != 0;
	if (*bare && (*text)[len] == ':' &&
	    ((len == 4 && strncasecmp(*text, "http", 4) == 0) ||
	        (len == 5 && strncasecmp(*text, "https", 5) == 0)))
		return bad(error, "two slashes are missing after \"%.*s:\"", (int)len, *text);
	if (*bare)
		return 0;
	if (len == 4 && strncasecmp(*text, "http", 4) == 0)
		*https = false;
	else if (len != 5 || strncasecmp(*text, "https", 5) != 0)
		return bad(
		    error, "scheme \"%.*s\" is neither http nor https", excerpt(scheme), scheme.s);
	*text += len + 3;
	return 0;
}

static int
parse_port(struct span text, int *port, char error[TARGET_ERROR_SIZE])
{
	size_t i;
	int value = 0;

	for (i = 0; i < text.len && isdigit((unsigned char)text.s[i]) && value <= 65535; i++)
		value = value * 10 + (text.s[i] - '0');
	if (i < text.len || value < 1 || value > 65535)
		return bad(
		    error, "port \"%.*s\" is not a number from 1 to 65535", excerpt(text), text.s);
	*port = value;
	return 0;
}

/* An address in its canonical text (RFC 5952), or NULL. */
static char *
canonical_ip(int family, struct span text)
{
	char in[INET6_ADDRSTRLEN], out[INET6_ADDRSTRLEN];
	unsigned char address[16];

	if (text.len >= sizeof(in))
		return NULL;
	memcpy(in, text.s, text.len);
	in[text.len] = '\0';
	if (inet_pton(family, in, address) != 1)
		return NULL;
	return xstrdup(inet_ntop(family, address, out, sizeof(out)));
}

/*
 * Would anything on the way take the name for an IPv4 address? Those that read "0x7f.1" as
 * 127.0.0.1 go by the last label (WHATWG URL, "ends in a number"), and libcurl is one of them.
 */
static bool
ends_in_number(const char *name)
{
	const char *last = strrchr(name, '.');

	last = last != NULL ? last + 1 : name;
	if (last[strspn(last, "0123456789")] == '\0')
		return true;
	return strncmp(last, "0x", 2) == 0 &&
	       last[2 + strspn(last + 2, "0123456789abcdef")] == '\0';
}

/* Labels of letters, digits, hyphens (RFC 1123, 2.1), and underscores, which real sites have. */
static int
check_name(const char *name, char error[TARGET_ERROR_SIZE])
{
	size_t len = strlen(name), label;

	if (len > NAME_MAX_LEN)
		return bad(
		    error, "the host name is %zu bytes long, more than %d", len, NAME_MAX_LEN);
	for (;;) {
		label = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_");
		if (name[label] != '.' && name[label] != '\0')
			return bad(error, "character '%c' in the host name", name[label]);
		if (label == 0)
			return bad(
			    error, "an empty label in the host name (two dots, or one in front)");
		if (label > LABEL_MAX)
			return bad(error,
			    "a label of the host name is %zu bytes long, more than %d", label,
			    LABEL_MAX);
		if (name[0] == '-' || name[label - 1] == '-')
			return bad(error, "label \"%.*s\" of the host name begins or ends with '-'",
			    (int)label, name);
		if (name[label] == '\0')
			return 0;
		name += label + 1;
	}
}

/* Lower case; IDN to A-labels; a final dot goes, because SNI has none (RFC 6066, 3). To free. */
static char *
ascii_name(struct span text, char error[TARGET_ERROR_SIZE])
{
	char *name = xstrndup(text.s, text.len), *p;
	uint8_t *ascii;
	bool plain = true;
	int rc;

	for (p = name; *p != '\0'; p++) {
		/* Not tolower: in a Latin locale that would spoil UTF-8. */
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
		plain = plain && (*p & 0x80) == 0;
	}
	/* libidn2 also refuses A-labels that decode to nothing. */
	if (!plain || strstr(name, "xn--") != NULL) {
		rc = idn2_lookup_u8(
		    (const uint8_t *)name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
		if (rc != IDN2_OK) {
			bad(error, "host name \"%.*s\": %s", excerpt(text), text.s,
			    idn2_strerror(rc));
			free(name);
			return NULL;
		}
		free(name);
		name = xstrdup((char *)ascii);
		idn2_free(ascii);
	}
	p = strchr(name, '\0');
	if (p > name + 1 && p[-1] == '.')
		p[-1] = '\0';
	return name;
}

static int
parse_name(struct span text, bool bare, struct target *target, char error[TARGET_ERROR_SIZE])
{
	target->host = ascii_name(text, error);
	if (target->host == NULL)
		return -1;
	if (check_name(target->host, error) != 0)
		return -1;
	if (ends_in_number(target->host)) {
		struct span host = {target->host, strlen(target->host)};
		char *ip = canonical_ip(AF_INET, host);

		if (ip == NULL)
			return bad(error, "\"%.*s\" is no IPv4 address", excerpt(host), host.s);
		free(target->host);
		target->host = ip;
		target->host_is_ip = true;
		return 0;
	}
	/* A list of words must not turn into a list of hosts. */
	if (bare && strchr(target->host, '.') == NULL)
		return bad(error, "\"%.*s\" is not a host name with a dot, nor a URL",
		    excerpt(text), text.s);
	return 0;
}

/* "[address]" and what follows it. */
static int
parse_bracketed(
    struct span authority, struct target *target, struct span *rest, char error[TARGET_ERROR_SIZE])
{
	const char *close = memchr(authority.s, ']', authority.len);
	struct span inside = {authority.s + 1, 0};

	if (close == NULL)
		return bad(error, "']' is missing after the IPv6 address");
	inside.len = (size_t)(close - inside.s);
	target->host = canonical_ip(AF_INET6, inside);
	if (target->host == NULL)
		return bad(error, "\"%.*s\" is no IPv6 address", excerpt(inside), inside.s);
	target->host_is_ip = true;
	rest->s = close + 1;
	rest->len = authority.len - (size_t)(rest->s - authority.s);
	if (rest->len > 0 && rest->s[0] != ':')
		return bad(error, "\"%.*s\" after the IPv6 address", excerpt(*rest), rest->s);
	return 0;
}

static int
parse_authority(
    struct span authority, bool bare, struct target *target, char error[TARGET_ERROR_SIZE])
{
	struct span host = authority, rest = {authority.s + authority.len, 0};
	const char *colon;

	if (authority.len == 0)
		return bad(error, "no host name");
	if (memchr(authority.s, '@', authority.len) != NULL)
		return bad(error, "a user name or password ('@') before the host name");
	target->port = target->https ? 443 : 80;
	if (bare && (target->host = canonical_ip(AF_INET6, authority)) != NULL) {
		target->host_is_ip = true;
		return 0;
	}
	if (authority.s[0] == '[') {
		if (parse_bracketed(authority, target, &rest, error) != 0)
			return -1;
	} else {
		colon = memchr(authority.s, ':', authority.len);
		if (colon != NULL) {
			host.len = (size_t)(colon - authority.s);
			rest = (struct span){colon, authority.len - host.len};
			if (memchr(colon + 1, ':', rest.len - 1) != NULL)
				return bad(
				    error, "too many ':' (an IPv6 address goes in [brackets])");
		}
		if (host.len == 0)
			return bad(error, "no host name");
		if (parse_name(host, bare, target, error) != 0)
			return -1;
	}
	if (rest.len == 0)
		return 0;
	return parse_port((struct span){rest.s + 1, rest.len - 1}, &target->port, error);
}

/* The path and query; what RFC 3986 does not let stand there is percent-encoded, as browsers do. */
static char *
encode_path(const char *text)
{
	struct buf path = BUF_EMPTY;

	if (text[0] != '/')
		buf_putc(&path, '/');
	for (; *text != '\0' && *text != '#'; text++) {
		if ((*text & 0x80) != 0 || strchr("\"<>\\^`{|}", *text) != NULL)
			buf_printf(&path, "%%%02X", (unsigned char)*text);
		else
			buf_putc(&path, *text);
	}
	return buf_steal(&path);
}

static char *
join_url(const struct target *target)
{
	bool v6 = strchr(target->host, ':') != NULL;
	struct buf url = BUF_EMPTY;

	buf_puts(&url, target->https ? "https://" : "http://");
	buf_puts(&url, v6 ? "[" : "");
	buf_puts(&url, target->host);
	buf_puts(&url, v6 ? "]" : "");
	if (target->port != (target->https ? 443 : 80))
		buf_printf(&url, ":%d", target->port);
	buf_puts(&url, target->path);
	return buf_steal(&url);
}

int
target_parse(const char *text, struct target *target, char error[TARGET_ERROR_SIZE])
{
	struct span authority;
	bool bare;

	*target = (struct target){0};
	error[0] = '\0';
	if (check_characters(text, error) != 0 ||
	    parse_scheme(&text, &target->https, &bare, error) != 0)
		return -1;
	authority = (struct span){text, strcspn(text, "/?#")};
	if (parse_authority(authority, bare, target, error) != 0) {
		target_clear(target);
		return -1;
	}
	target->path = encode_path(text + authority.len);
	target->url = join_url(target);
	/* Percent-encoding may have made three bytes of one. */
	if (strlen(target->url) > URL_MAX) {
		too_long(error, strlen(target->url));
		target_clear(target);
		return -1;
	}
	target->category = xstrdup("");
	target->added = xstrdup("");
	target->source = xstrdup("");
	target->notes = xstrdup("");
	target->list = "";
	return 0;
}

void
target_clear(struct target *target)
{
	free(target->url);
	free(target->host);
	free(target->path);
	free(target->category);
	free(target->added);
	free(target->source);
	free(target->notes);
	*target = (struct target){0};
}
