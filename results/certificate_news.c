/* New keys and issuers, against what was usual. */
#include "results/certificate_news.h"

#include <stddef.h>
#include <string.h>

#include "results/baseline.h"
#include "results/chain.h"
#include "results/facts.h"
#include "results/measurement.h"

/* Of a record from elsewhere, no more than this is parsed. */
enum { LEAVES_MOST = 32 };

static bool
same_leaf(const struct bytes *a, const struct bytes *b)
{
	return a != NULL && a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static void
take_leaf(const struct baseline *usual, const struct bytes *leaf, struct certificate_news *out)
{
	char key[65], issuer[65];
	bool new_key, new_issuer;

	if (!chain_leaf_hashes(leaf, key, issuer))
		return;
	new_key = usual->nkeys > 0 && !baseline_knows_key(usual, key);
	new_issuer = usual->nissuers > 0 && !baseline_knows_issuer(usual, issuer);
	if ((new_key || new_issuer) && out->key[0] == '\0') {
		memcpy(out->key, key, sizeof(key));
		memcpy(out->issuer, issuer, sizeof(issuer));
	}
	out->new_key = out->new_key || new_key;
	out->new_issuer = out->new_issuer || new_issuer;
}

struct certificate_news
certificate_news_of(const struct measurement *m)
{
	struct certificate_news out = {0};
	const struct bytes *leaf = NULL;
	const struct tls_handshake *tls;
	int left = LEAVES_MOST;
	size_t i;

	if (m->baseline == NULL)
		return out;
	for (i = 0; i < m->ntls && left > 0; i++) {
		tls = &m->tls[i];
		/* The addresses of a site mostly have one certificate between them. */
		if (tls->failure != NULL || tls->ncertificates == 0 || facts_depth(&tls->c) > 0 || same_leaf(leaf, &tls->certificates[0]))
			continue;
		leaf = &tls->certificates[0];
		take_leaf(m->baseline, leaf, &out);
		left--;
	}
	return out;
}
