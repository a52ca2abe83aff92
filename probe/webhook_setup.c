/* What the configuration says of a webhook. */
#include "probe/webhook_setup.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/pinned_url.h"

/* --- the URL --------------------------------------------------------------------------------- */

/* A part of a URL, to curl_free; NULL: it has none. */
static char *
part(CURLU *url, CURLUPart what)
{
	char *text = NULL;

	return curl_url_get(url, what, &text, 0) == CURLUE_OK ? text : NULL;
}

/* Begins without the pins. */
static CURLU *
take_apart(const char *text)
{
	CURLU *url = curl_url();
	char *plain = xstrndup(text, strcspn(text, "#"));

	if (url == NULL)
		log_fatalx("out of memory (a URL)");
	if (curl_url_set(url, CURLUPART_URL, plain, 0) != CURLUE_OK) {
		curl_url_cleanup(url);
		url = NULL;
	}
	free(plain);
	return url;
}

/* libcurl has written numbers as addresses by now, and IPv6 in brackets. */
static bool
is_loopback(const char *host)
{
	struct in6_addr v6;
	struct in_addr v4;
	char *bare;
	bool loopback;

	if (strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	bare = host[0] == '[' ? xstrndup(host + 1, strcspn(host + 1, "]")) : NULL;
	loopback = bare != NULL && inet_pton(AF_INET6, bare, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
	free(bare);
	return loopback;
}

static const char *
parts_wrong(const char *text, CURLU *url)
{
	char *scheme = part(url, CURLUPART_SCHEME), *host = part(url, CURLUPART_HOST);
	char *user = part(url, CURLUPART_USER), *password = part(url, CURLUPART_PASSWORD);
	const char *wrong = NULL;
	bool https = scheme != NULL && strcmp(scheme, "https") == 0;

	if (scheme == NULL || host == NULL || (!https && (strcmp(scheme, "http") != 0 || !is_loopback(host))))
		wrong = "an https:// URL is wanted (http:// only for this machine itself)";
	else if (user != NULL || password != NULL)
		wrong = "no user and password, please: others can see them; a header line from a file will do";
	else if (!https && strchr(text, '#') != NULL)
		wrong = "with http:// no address may be given after '#'";
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_free(password);
	return wrong;
}

const char *
webhook_url_wrong(const char *text)
{
	enum pinned_url_flaw flaw;
	struct pinned_url p;
	const char *wrong;
	CURLU *url;

	flaw = pinned_url_parse(&p, text, true);
	if (flaw == PINNED_URL_BAD_PIN)
		return "what follows '#' must be IP addresses";
	if (flaw != PINNED_URL_FINE)
		return "an https:// URL is wanted (http:// only for this machine itself)";
	pinned_url_clear(&p);
	url = take_apart(text);
	wrong = url != NULL ? parts_wrong(text, url) : "no URL";
	curl_url_cleanup(url);
	return wrong;
}

char *
webhook_url_place(const char *text)
{
	CURLU *url = take_apart(text);
	char *scheme = part(url, CURLUPART_SCHEME), *host = part(url, CURLUPART_HOST);
	char *port = part(url, CURLUPART_PORT), *place;

	place = xasprintf(
	    "%s://%s%s%s", scheme, host, port != NULL ? ":" : "", port != NULL ? port : "");
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(url);
	return place;
}

/* --- the header ------------------------------------------------------------------------------ */

/* RFC 9110, section 5.6.2: token. */
static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

static const char *const not_the_files[] = {
    "Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect", "Upgrade", "TE", "Trailer"};

static const char *
name_wrong(const char *line, size_t name_len)
{
	size_t i;

	if (name_len == 0 || line[name_len] != ':')
		return "it must be 'Name: value'";
	for (i = 0; i < sizeof(not_the_files) / sizeof(not_the_files[0]); i++)
		if (strlen(not_the_files[i]) == name_len && strncasecmp(line, not_the_files[i], name_len) == 0)
			return "that header is not for the file to say";
	return NULL;
}

static const char *
line_wrong(const char *line, size_t len)
{
	size_t name_len = strspn(line, token), i;
	const char *wrong = name_wrong(line, name_len);

	if (wrong != NULL)
		return wrong;
	/* libcurl leaves a header without a value out. */
	if (line[name_len + 1 + strspn(line + name_len + 1, " \t")] == '\0')
		return "it has no value";
	for (i = 0; i < len; i++)
		if (((unsigned char)line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f)
			return "it must be one line, without control characters";
	return NULL;
}

char *
webhook_header_parse(const char *text, size_t len, const char **wrong)
{
	char *line;

	*wrong = NULL;
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len == 0 || len > WEBHOOK_HEADER_MAX || memchr(text, '\0', len) != NULL) {
		*wrong = len == 0 ? "it is empty" : "it is too long, or holds zero bytes";
		return NULL;
	}
	line = xstrndup(text, len);
	*wrong = line_wrong(line, len);
	if (*wrong == NULL)
		return line;
	free(line);
	return NULL;
}

char *
webhook_header_read(const char *path)
{
	char text[WEBHOOK_HEADER_MAX + 3], *line;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *wrong;
	struct stat st;
	ssize_t len = -1;

	if (fd >= 0 && fstat(fd, &st) == 0)
		len = read(fd, text, sizeof(text));
	if (len < 0) {
		log_error("%s, which is to hold the webhook's header line, cannot be read", path);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	close(fd);
	if (st.st_mode & (S_IRGRP | S_IROTH))
		log_warnx("%s can be read by others than its owner; if it holds a secret: chmod 600", path);
	line = webhook_header_parse(text, (size_t)len, &wrong);
	if (line == NULL)
		log_errorx("%s, the webhook's header line: %s", path, wrong);
	return line;
}
