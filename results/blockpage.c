/* Does a response look like a page that is known? How the patterns are read is fingerprints_csv.c's
 * business. */
#include "results/blockpage.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "results/fingerprints.h"
#include "results/measurement.h"
#include "results/site.h"

/* What a pattern is held against. */
struct subject {
	const char *data;
	size_t len;
	struct buf text; /* the beginning as a C string for regexec; empty: not yet made */
};

/* regexec wants a string: NULs in a page become spaces. */
static const char *
subject_text(struct subject *s)
{
	size_t i;

	if (s->text.len == 0 && s->len > 0) {
		buf_add(&s->text, s->data, s->len);
		for (i = 0; i < s->len; i++)
			if (s->text.data[i] == '\0')
				s->text.data[i] = ' ';
	}
	return buf_str(&s->text);
}

static bool
matches_full(const struct pattern *p, struct subject *s)
{
	return s->len == p->len && memcmp(s->data, p->row.pattern, p->len) == 0;
}

static bool
matches_prefix(const struct pattern *p, struct subject *s)
{
	return s->len >= p->len && memcmp(s->data, p->row.pattern, p->len) == 0;
}

static bool
matches_contains(const struct pattern *p, struct subject *s)
{
	return s->len >= p->len && memmem(s->data, s->len, p->row.pattern, p->len) != NULL;
}

static bool
matches_regexp(const struct pattern *p, struct subject *s)
{
	return regexec(&p->regex, subject_text(s), 0, NULL, 0) == 0;
}

static bool (*const matchers[])(const struct pattern *p, struct subject *s) = {
    [PATTERN_FULL] = matches_full,
    [PATTERN_PREFIX] = matches_prefix,
    [PATTERN_CONTAINS] = matches_contains,
    [PATTERN_REGEXP] = matches_regexp,
};

static bool
text_matches(const struct pattern *p, const char *text)
{
	struct subject s = {.data = text, .len = strlen(text)};
	bool found = matchers[p->type](p, &s);

	buf_free(&s.text);
	return found;
}

/* The name of the header that the pattern looks at, "" any of them. */
static bool
headers_match(const struct pattern *p, const char *name, const struct http_request *r)
{
	size_t i;

	for (i = 0; i < r->nheaders; i++)
		if ((*name == '\0' || strcasecmp(name, r->headers[i].name) == 0) &&
		    text_matches(p, r->headers[i].value))
			return true;
	return false;
}

static bool
matches(const struct pattern *p, const struct http_request *r, struct subject *body)
{
	if (p->header != NULL)
		return headers_match(p, p->header, r);
	return body->len > 0 && matchers[p->type](p, body);
}

/* Whether a list such as "IT,RU" has the country, or says nothing. */
static bool
is_for_country(const char *countries, const char *country)
{
	size_t len;

	if (*countries == '\0' || strcmp(country, "ZZ") == 0)
		return true;
	for (; *countries != '\0'; countries += len) {
		countries += strspn(countries, ", ");
		len = strcspn(countries, ", ");
		if (len == strlen(country) && strncasecmp(countries, country, len) == 0)
			return true;
	}
	return false;
}

static const struct fingerprint *
match_kind(const struct fingerprints *f, bool false_positive, const struct http_request *r,
    struct subject *body, const char *country)
{
	const struct pattern *p;
	size_t i;

	for (i = 0; i < f->n; i++) {
		p = f->patterns[i];
		if (fingerprint_is_false_positive(&p->row) == false_positive &&
		    (false_positive || is_for_country(p->row.countries, country)) &&
		    matches(p, r, body))
			return &p->row;
	}
	return NULL;
}

const struct fingerprint *
fingerprints_match(const struct fingerprints *f, const struct http_request *r, const char *body,
    size_t len, const char *country)
{
	struct subject subject = {
	    .data = body, .len = len < FINGERPRINT_BODY_BYTES ? len : FINGERPRINT_BODY_BYTES};
	const struct fingerprint *found = match_kind(f, true, r, &subject, country);
	bool https = r->url != NULL && strncasecmp(r->url, "https:", 6) == 0;

	if (found == NULL && !https)
		found = match_kind(f, false, r, &subject, country);
	buf_free(&subject.text);
	return found;
}

bool
blockpage_foreign_redirect(const char *from_url, const char *location)
{
	bool absolute =
	    strncasecmp(location, "http://", 7) == 0 || strncasecmp(location, "https://", 8) == 0;
	size_t len;

	/* "//host/path" keeps the scheme; everything else without one stays on the host. */
	if (!absolute && strncmp(location, "//", 2) != 0)
		return false;
	if (!absolute)
		location += 2;
	url_host(location, &len);
	return len > 0 && !same_site(from_url, location);
}
