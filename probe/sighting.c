/* From a record to a sighting. */
#include "probe/sighting.h"

#include <math.h>
#include <string.h>
#include <openssl/x509.h>

#include "base/mem.h"
#include "probe/lesson.h"

static bool
is(const char *text, const char *word)
{
	return text != NULL && strcmp(text, word) == 0;
}

static bool
is_judged_target(const struct measurement *m)
{
	return m->has_x && m->round == NULL && m->event == NULL && is(m->test_name, "web_connectivity") &&
	    is(m->role, "target") && m->id != NULL && m->input != NULL && m->start_us > 0 &&
	    m->verdict.status != VERDICT_NONE;
}

/* The one value of that kind; NULL for none or several. */
static const char *
only_item(const struct lesson *lesson, enum lesson_kind kind)
{
	const char *value = NULL;
	size_t i;

	for (i = 0; i < lesson->nitems; i++) {
		if (lesson->items[i].kind != kind)
			continue;
		if (value != NULL)
			return NULL;
		value = lesson->items[i].value;
	}
	return value;
}

/* The issuer's organisation by a leaf; NULL where it names none. */
static const char *
organisation_of(const struct bytes *leaf, struct arena *arena)
{
	const unsigned char *p = leaf->data;
	X509 *x509 = d2i_X509(NULL, &p, (long)leaf->len);
	const X509_NAME *issuer;
	unsigned char *text = NULL;
	const char *organisation = NULL;
	int i, len = -1;

	if (x509 == NULL)
		return NULL;
	issuer = X509_get_issuer_name(x509);
	i = X509_NAME_get_index_by_NID(issuer, NID_organizationName, -1);
	if (i >= 0)
		len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(issuer, i)));
	if (len > 0 && memchr(text, '\0', (size_t)len) == NULL)
		organisation = arena_strndup(arena, (const char *)text, (size_t)len);
	OPENSSL_free(text);
	X509_free(x509);
	return organisation;
}

/* Where all valid leaves have one key, that of any handshake that succeeded will do. */
static const char *
authority_of(const struct measurement *m)
{
	size_t i;

	for (i = 0; i < m->ntls; i++)
		if (m->tls[i].failure == NULL && m->tls[i].ncertificates > 0)
			return organisation_of(&m->tls[i].certificates[0], m->arena);
	return NULL;
}

/* A session takes a minute; what is longer, or no number, is no runtime. */
static int64_t
runtime_us(const struct measurement *m)
{
	return m->runtime > 0 && m->runtime < 86400 ? llround(m->runtime * 1e6) : 0;
}

bool
sighting_of(const struct measurement *m, struct sighting *out)
{
	const struct verdict *v = &m->verdict;
	struct lesson lesson;

	if (!is_judged_target(m))
		return false;
	*out = (struct sighting){
	    .network = lesson_network(m),
	    .url = m->input,
	    .group = m->list,
	    .record = m->id,
	    .round = m->round_id,
	    .start_us = m->start_us,
	    .end_us = m->start_us + runtime_us(m),
	    .mono_ns = m->start_mono_ns,
	    .state = m->context.network,
	    .verdict = {v->status, v->stage, v->mechanism, v->confidence},
	    .usual = m->baseline,
	};
	if (lesson_of(m, &lesson) && lesson.outcome == LESSON_OK) {
		out->key = only_item(&lesson, LESSON_KEY);
		out->issuer = only_item(&lesson, LESSON_ISSUER);
		out->authority = out->key != NULL ? authority_of(m) : NULL;
	}
	return true;
}
