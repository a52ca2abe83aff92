/* Questions about connections: does the address answer, does the name change what it does, whose certificate is it? */
#include "results/rules.h"

#include <openssl/x509_vfy.h>
#include <string.h>

#include "results/baseline.h"
#include "results/mechanisms.h"
#include "results/measurement.h"
#include "results/vantage.h"

/* Chance alone explains a difference this clear once in so many comparisons. */
static const double by_chance = 0.01;
/* Where it must be seen at all, beside something that is clearer: a lost connection or two are not. */
static const double by_accident = 0.25;

enum { FORGED_MARKS = 2 };

/* --- addresses ------------------------------------------------------------------------------- */

bool
rule_some_addresses_fail(const struct findings *x)
{
	const struct facts *f = &x->f;
	size_t i;

	if (!f->https || !f->valid_system || !f->controls_ok)
		return false;
	for (i = 0; i < f->naddresses; i++) {
		const struct address_facts *a = &f->addresses[i];

		if (a->from_system && a->steady && a->attempts >= 2 && !a->valid &&
		    (!a->v6 || f->ipv6_ok) && mechanism_of_address(a) != MECHANISM_NONE)
			return true;
	}
	return false;
}

/* --- certificates ---------------------------------------------------------------------------- */

/* The target's name got nothing but certificates that no public root vouches for. */
static bool
untrusted(const struct findings *x)
{
	return x->f.https && !rule_reached(x) && x->mitm.untrusted > 0;
}

/* Controls come with a stranger's certificates too: an antivirus program's or an employer's. */
bool
rule_local_interception(const struct findings *x)
{
	return x->f.local_interception && untrusted(x);
}

/*
 * Such programs leave some sites out: banks, or those of their maker. Where this machine was told to trust the interceptor, most of the
 * controls abroad and more than one other site are his as well, it is not about this one.
 */
bool
rule_local_interception_trusted(const struct findings *x)
{
	const struct context *c = &x->m->context;
	bool most = c->foreign_ok * 2 < c->foreign_asked && x->f.same_issuer_abroad >= 2;

	return untrusted(x) && x->mitm.os_trusted && (x->f.local_interception || most);
}

/* No one but that authority can have made the certificate. */
bool
rule_known_interceptor(const struct findings *x)
{
	return untrusted(x) && x->mitm.chain.known_signed;
}

/* Made by somebody who is no public authority, and not known to be what the whole world is shown. */
static bool
looks_forged(const struct findings *x)
{
	return untrusted(x) && x->mitm.for_target && x->mitm.chain.forged_marks >= FORGED_MARKS &&
	    x->there_tls != ELSEWHERE_FAILS;
}

/*
 * A server that has nothing to do with the target shows an untrusted certificate made for the target's name. Machines of one
 * provider have much to do with each other: each shows any customer's certificate, however bad.
 */
bool
rule_forged_elsewhere_too(const struct findings *x)
{
	return looks_forged(x) && x->mitm.away && !x->mitm.one_provider;
}

/*
 * The same address, asked for another name or none, shows the certificate that the site really has. One that its server signed
 * itself may be the fault of an administrator, who set up one of two names well.
 */
bool
rule_genuine_without_name(const struct findings *x)
{
	return looks_forged(x) && x->mitm.genuine_there &&
	    (!x->mitm.chain.self_signed || x->there_tls == ELSEWHERE_WORKS || x->steady);
}

/* Certificates for names that the server cannot know are made on the spot; a site has no use for that. */
bool
rule_minted(const struct findings *x)
{
	return untrusted(x) && x->mitm.minted && x->mitm.for_target && !x->mitm.static_leaf &&
	    x->there_tls != ELSEWHERE_FAILS;
}

/*
 * Sites that have nothing to do with each other share an authority that nobody trusts. A country's own sites may honestly, and so
 * may those of one company: their servers show theirs to whoever asks, and elsewhere their names do no harm.
 */
bool
rule_forger_of_many(const struct findings *x)
{
	return untrusted(x) && x->mitm.for_target && !x->mitm.chain.self_signed &&
	    x->mitm.chain.forged_marks >= FORGED_MARKS && x->there_tls != ELSEWHERE_FAILS &&
	    x->f.same_issuer >= 1 && (x->f.same_issuer_abroad >= 1 || !x->f.domestic) &&
	    !(x->mitm.static_leaf && x->sni.away_fine > 0);
}

/* Anybody can write that name; but who would put it on an honest site's certificate? */
bool
rule_known_interceptor_by_name(const struct findings *x)
{
	return untrusted(x) && x->mitm.chain.known != NULL && x->mitm.for_target &&
	    x->there_tls != ELSEWHERE_FAILS;
}

bool
rule_forged_vantage_differs(const struct findings *x)
{
	return untrusted(x) && x->there_tls == ELSEWHERE_WORKS && x->f.controls_ok &&
	    !x->f.local_interception;
}

/* Vouched for by public roots for days, and now by nobody, though it is no certificate of the server's own making. */
bool
rule_forged_against_history(const struct findings *x)
{
	return untrusted(x) && x->steady && x->mitm.for_target && !x->mitm.chain.self_signed &&
	    x->mitm.chain.forged_marks >= FORGED_MARKS && !x->mitm.static_leaf &&
	    x->there_tls == ELSEWHERE_UNKNOWN &&
	    !baseline_knows_issuer(x->baseline, x->mitm.chain.issuer_name_sha256) &&
	    !baseline_knows_key(x->baseline, x->mitm.chain.leaf_key_sha256);
}

static bool
only_errors(const struct tls_handshake *tls, const int *codes, size_t n)
{
	size_t i, k;

	for (i = 0; i < tls->nverify_errors; i++) {
		for (k = 0; k < n && tls->verify_errors[i].code != codes[k]; k++)
			;
		if (k == n)
			return false;
	}
	return tls->nverify_errors > 0;
}

/* Only the dates are wrong: the chain leads to a public root, and the name is right. A wrong clock here fails the controls, too. */
bool
rule_certificate_expired(const struct findings *x)
{
	static const int dates[] = {X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID};
	const struct tls_handshake *tls = x->f.worst != NULL ? x->f.worst->tls : NULL;

	return !rule_reached(x) && tls != NULL && tls->host_ok == 1 && x->f.controls_ok &&
	    failure_find(tls->failure) == FAILURE_SSL_INVALID_CERTIFICATE &&
	    only_errors(tls, dates, sizeof(dates) / sizeof(dates[0]));
}

/* A public authority vouches for another name, at the address that every resolver gives. */
bool
rule_certificate_for_another_name(const struct findings *x)
{
	static const int name[] = {X509_V_ERR_HOSTNAME_MISMATCH};
	const struct tls_handshake *tls = x->f.worst != NULL ? x->f.worst->tls : NULL;

	return !rule_reached(x) && tls != NULL && tls->ncertificates > 0 && x->f.same_addresses &&
	    x->f.worst->from_trusted &&
	    failure_find(tls->failure) == FAILURE_SSL_INVALID_HOSTNAME && only_errors(tls, name, 1);
}

static bool
certificate_fails(const struct findings *x)
{
	return x->f.https && !rule_reached(x) && x->f.worst != NULL && x->f.worst->tls != NULL &&
	    mechanism_is_certificate(failure_find(x->f.worst->failure)) &&
	    mechanism_of_tls(x->f.worst->tls) == TLS_CERTIFICATE;
}

bool
rule_certificate_bad_elsewhere(const struct findings *x)
{
	return certificate_fails(x) && x->there_tls == ELSEWHERE_FAILS && x->there_certificate &&
	    x->f.worst->from_trusted;
}

/*
 * The address shows the very same one to whoever asks, for whatever name, and nobody made it on the way: the server signed it
 * itself, for the site, or it bears what a public authority puts into each (only the intermediate is missing). An interceptor that copies
 * the server's own certificate is as constant, but signs with an authority of his. A block page signs its certificate itself, too,
 * but not for the site; connections may be led to it, or lookups where every resolver that could be asked may have been lied for.
 */
bool
rule_certificate_is_servers(const struct findings *x)
{
	return certificate_fails(x) && x->mitm.static_leaf && !x->mitm.others_public &&
	    ((x->f.doh.answered && x->f.worst->from_doh) || x->there_tls == ELSEWHERE_FAILS) &&
	    ((x->mitm.chain.self_signed && x->mitm.for_target) ||
		(x->mitm.chain.sct && x->mitm.chain.aia)) &&
	    x->there_tls != ELSEWHERE_WORKS;
}

bool
rule_certificate_in_doubt(const struct findings *x)
{
	return certificate_fails(x);
}

/*
 * Some connections get the genuine certificate, some a forged one. A site with one misconfigured machine behind a common
 * address looks the same from there; a forgery for its name at other places does not. Where each address keeps to one kind, it is
 * that machine's certificate.
 */
bool
rule_sometimes_forged(const struct findings *x)
{
	return x->f.https && rule_reached(x) && x->mitm.untrusted > 0 && x->mitm.for_target &&
	    !x->f.local_interception &&
	    (x->mitm.away || x->mitm.chain.known != NULL ||
		(x->mitm.mixed && x->mitm.chain.forged_marks >= FORGED_MARKS &&
		    ((x->mitm.untrusted >= 2 && x->mitm.minted) || x->f.same_issuer_abroad >= 1)));
}

bool
rule_sometimes_forged_in_doubt(const struct findings *x)
{
	return x->f.https && rule_reached(x) && x->mitm.untrusted > 0 && x->mitm.mixed &&
	    !x->f.local_interception;
}

/* --- server names ---------------------------------------------------------------------------- */

/* The handshake with the target's name never came to its end, nor did it show a certificate. */
static bool
name_fails(const struct findings *x)
{
	return x->f.https && !rule_reached(x) && x->sni.target.bad > 0 && x->sni.target.server == 0;
}

/* For the vantage, too, a server may fail at random: a handshake that succeeds and a page that does not are no proof. */
static bool
works_there(const struct findings *x)
{
	return x->there_tls == ELSEWHERE_WORKS && x->there_http != ELSEWHERE_FAILS;
}

/*
 * It failed so often here, and was answered there: by a server that fails at random, even most of the time, hardly by chance. Silence
 * takes long, so fewer must do.
 */
static bool
only_there(const struct findings *x)
{
	return works_there(x) && x->sni.target.n >= (x->sni.target.kind == REPLY_SILENCE ? 10 : 18);
}

/*
 * A line on which long packets get lost kills each handshake with a long chain and none with a short one, such as that which
 * the same server shows to strangers. Then most controls fail as well.
 */
static bool
line_carries_handshakes(const struct findings *x)
{
	const struct context *c = &x->m->context;

	return x->f.controls_ok && c->foreign_ok * 2 >= c->foreign_asked;
}

/*
 * At servers that have nothing to do with the target its name meets the same end, while other names, nobody's among them, are
 * answered there: what reacts is on the way, and reacts to the name.
 */
bool
rule_name_fails_elsewhere_too(const struct findings *x)
{
	return name_fails(x) && x->sni.away_bad > 0 && x->sni.away_bad + x->sni.away_dead >= 2;
}

/* The same of the site's own other name, or of its https://, to which it led us. */
static bool
hop_fails(const struct findings *x)
{
	return x->f.hop != NULL && rule_reached(x) && x->sni.target.bad > 0 && x->sni.target.server == 0;
}

bool
rule_redirect_fails_elsewhere_too(const struct findings *x)
{
	return hop_fails(x) && x->sni.away_bad + x->sni.away_dead >= 2;
}

/*
 * A single connection may fail by chance, wherever it leads, and at a server that is not well three in a row: the target's name must
 * fail there time and again, or everything after it.
 */
static bool
fails_at_one_place(const struct sni_facts *s)
{
	return s->away_bad + s->away_dead == 1 && s->away_fine == 0 && s->away.bad >= 2 &&
	    (s->away_dead == 0 || s->away_dead_n >= 3);
}

bool
rule_redirect_fails_at_one_place(const struct findings *x)
{
	return hop_fails(x) && fails_at_one_place(&x->sni);
}

/* Servers that answered fall silent, to all names, as soon as the target's was sent to them: punished for a while. */
bool
rule_name_kills_places(const struct findings *x)
{
	return x->f.https && !rule_reached(x) && x->sni.target.bad > 0 && x->sni.away_dead >= 2;
}

bool
rule_name_fails_at_one_place(const struct findings *x)
{
	return name_fails(x) && fails_at_one_place(&x->sni);
}

/*
 * At its own address only this name fails. Where the name is answered at other places, or there were none to
 * try, it may be a reverse proxy whose machine for this name is dead, or one that is told to refuse it: that cannot be told.
 */
bool
rule_only_this_name_fails(const struct findings *x)
{
	return name_fails(x) && line_carries_handshakes(x) && x->sni.target.n >= 3 && x->sni.control.n >= 2 &&
	    x->sni.control.bad == 0 && x->sni.control.by[REPLY_NO_TCP] == 0 &&
	    x->there_tls != ELSEWHERE_FAILS &&
	    (only_there(x) ||
		((x->sni.target.kind == REPLY_RESET || x->sni.target.kind == REPLY_SILENCE) &&
		    x->sni.away.bad >= 2 && x->sni.away.server == 0));
}

/*
 * Connections fail at random, but only with the target's name, and more often than chance explains. A
 * server that fails at random fails other names, too, unless it is a proxy; but it has no hand in what happens at other places.
 */
bool
rule_sometimes_fails(const struct findings *x)
{
	const struct sni_facts *s = &x->sni;
	double p = trials_fisher(s->target.bad + s->away.bad, s->target.n + s->away.n,
	    s->control.bad + s->away_others.bad, s->control.n + s->away_others.n);

	if (!x->f.https || s->target.bad + s->away.bad == 0 ||
	    s->target.server + s->away.server == 0 || s->control.bad + s->away_others.bad > 0)
		return false;
	/* Where it is never answered here it may be this server's way with this name, and chance elsewhere. */
	if (s->target.bad > 0 && s->target.server == 0)
		return false;
	/* In the same way there as here: a lossy line beside a server that resets has two reasons, not one. */
	if (s->away.bad < 2 || (s->target.bad > 0 && s->away.by[s->target.kind] < 2))
		return false;
	return p < by_chance && s->p_away < by_accident;
}

/*
 * The vantage is answered, we are not. Where other names fail as well, or no control is reached, the line may be what
 * fails: large packets that get lost on the way kill every handshake, and no name.
 */
bool
rule_tls_fails_here_only(const struct findings *x)
{
	return name_fails(x) && only_there(x) && line_carries_handshakes(x) && x->sni.control.bad == 0;
}

/* The vantage fails at the addresses that we had, and found no others: where a liar sends us is dead for everybody. */
bool
rule_tls_fails_everywhere(const struct findings *x)
{
	return x->f.https && !rule_reached(x) && x->f.worst != NULL && x->f.worst->tls != NULL &&
	    x->there_tls == ELSEWHERE_FAILS && x->there_http != ELSEWHERE_WORKS;
}

bool
rule_tls_fails(const struct findings *x)
{
	return x->f.https && !rule_reached(x) && x->f.worst != NULL && x->f.worst->tls != NULL;
}

/* --- TCP ------------------------------------------------------------------------------------- */

static bool
tcp_fails(const struct findings *x)
{
	return x->f.worst != NULL && !x->f.connected && !rule_reached(x);
}

/*
 * Nobody connects from here, in turns with a control that always does; the vantage does. On a line that limits or loses
 * connects, the control's are lost as well.
 */
bool
rule_tcp_fails_here_only(const struct findings *x)
{
	return tcp_fails(x) && x->there_tcp == ELSEWHERE_WORKS && x->f.worst->attempts >= 3 &&
	    x->tcp.n >= 2 && x->tcp.target_bad >= x->tcp.n && x->tcp.landmark_bad == 0 &&
	    (!x->f.worst->v6 || x->f.ipv6_ok);
}

bool
rule_tcp_fails_everywhere(const struct findings *x)
{
	return tcp_fails(x) && x->there_tcp == ELSEWHERE_FAILS && x->there_http != ELSEWHERE_WORKS;
}

bool
rule_tcp_fails(const struct findings *x)
{
	return tcp_fails(x);
}

/* --- mechanisms ------------------------------------------------------------------------------ */

/* What happened first: after it a censor that punishes lets nothing through, and the connect itself fails. */
enum mechanism
mechanism_by_first_reply(const struct findings *x)
{
	const struct measurement *m = x->m;
	enum mechanism mechanism;
	size_t i;

	for (i = 0; i < m->ntls; i++) {
		mechanism = mechanism_of_reply(trials_reply(&m->tls[i]));
		if (facts_depth(&m->tls[i].c) == 0 && mechanism != MECHANISM_NONE)
			return mechanism;
	}
	return mechanism_of_reply(x->sni.target.kind);
}

enum mechanism
mechanism_by_commonest_reply(const struct findings *x)
{
	return mechanism_of_reply(
	    x->sni.target.kind != REPLY_NONE ? x->sni.target.kind : x->sni.away.kind);
}

enum mechanism
mechanism_by_worst(const struct findings *x)
{
	return x->f.worst != NULL ? mechanism_of_address(x->f.worst) : MECHANISM_NONE;
}
