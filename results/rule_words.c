/* The words of every rule: a table beside that of results/verdict.c, in the same order. */
#include "results/rule_words.h"

#include <string.h>

#include "results/baseline.h"
#include "results/measurement.h"
#include "results/vantage.h"

/* --- other explanations ---------------------------------------------------------------------- */

static const char *const causes[CAUSE_MAX] = {
    [CAUSE_OWN_FILTER] = "A filter nearer to you than your provider: a parental control, an antivirus program, an employer's "
			 "or a school's firewall.",
    [CAUSE_OWN_DNS_FILTER] = "A resolver that you, or somebody at home, school or work, chose because it filters (parental "
			     "control, advertisement blocker).",
    [CAUSE_OWN_INTERCEPTOR] = "An antivirus program, a parental control or an employer's filter that opens encrypted "
			      "connections on your own side.",
    [CAUSE_ON_THE_WAY] = "It need not be your provider: what interferes may sit anywhere on the way, also in a VPN that you use.",
    [CAUSE_INNER_NAMES] = "A company's or school's resolver that gives addresses of its own network on purpose.",
    [CAUSE_NEW_NAME] = "The name is minutes old, or moved minutes ago, and not every resolver knows it yet.",
    [CAUSE_NAME_LAPSED] = "The site has given up its name, or forgot to renew it, and its server runs on.",
    [CAUSE_RESOLVER_TROUBLE] = "The resolver has trouble of its own: with the servers that keep this name, or with its work.",
    [CAUSE_STALE_ADDRESS] = "The resolver kept an address for too long, from which the site has moved away.",
    [CAUSE_DEAD_NODE] = "A machine of the site's, or of its hosting company, that is out of order; the others work.",
    [CAUSE_ODD_MACHINE] = "One machine of the site's that is set up wrong, among others that are right.",
    [CAUSE_OTHERS_LIE] = "The other resolver, too, can filter or be mistaken.",
    [CAUSE_REGIONAL_NAMES] = "The site gives different addresses, or none, to different countries.",
    [CAUSE_SITE_DOWN] = "The site, or its hosting company, is out of order.",
    [CAUSE_SITE_OVERLOADED] = "The site is overloaded at this hour.",
    [CAUSE_SITE_BY_NAME] = "The machine that stands before the site's servers treats this name in its own way: what lies "
			   "behind it is out of order, or it was told to refuse you.",
    [CAUSE_SITE_REFUSES_YOU] = "The site itself turns away your address, your provider or your country.",
    [CAUSE_SITE_CHOSE] = "Why it refuses, only the site knows: a rule for some countries, a guard against robots (netvane is "
			 "one), a court's order, a page for members.",
    [CAUSE_GATE_TO_SITE] = "The fault may lie between the machine that answered (a CDN's, for example) and the site behind it.",
    [CAUSE_SITE_CERTIFICATE] = "The site's own mistake with its certificate.",
    [CAUSE_LOOKS_ALIKE] = "The site's own page that only looks like a block page.",
    [CAUSE_ROUTE] = "A fault on the route from your provider to the site.",
    [CAUSE_CHANCE] = "Chance: connections fail now and then, and few were tried.",
    [CAUSE_VANTAGE_BLOCKED] = "The vantage has a fault, or something in its way, of its own.",
    [CAUSE_CLOCK] = "This computer's clock was wrong: certificates then look out of date.",
    [CAUSE_LINE] = "A fault of your line, your router or your provider.",
    [CAUSE_CUT_OFF] = "Somebody has cut the network off on purpose: from one line that looks the same.",
    [CAUSE_QUIC_OFF] = "The site has switched it off, or a router or firewall on your side does not let it pass.",
    [CAUSE_INTERFERENCE] = "Somebody between you and the site: possible, but nothing here shows it.",
    [CAUSE_SAME_ADDRESS_BLOCKED] = "Somebody between you and the site stops that address, and not the others.",
    [CAUSE_OONI_DIFF] = "A false alarm: pages that differ by country, slow lines and sites that turn robots away can look "
			"like blocking to OONI's comparison.",
};

const char *
cause_words(enum cause cause)
{
	return causes[cause];
}

/* --- what would settle it -------------------------------------------------------------------- */

static bool
has_vantage(const struct measurement *m)
{
	return m->control != NULL && m->control->answered;
}

static bool
has_history(const struct measurement *m)
{
	return baseline_steady(m->baseline);
}

static bool
has_trace(const struct measurement *m)
{
	return m->ntraces > 0;
}

static bool
has_doh(const struct measurement *m)
{
	size_t i;

	for (i = 0; i < m->nqueries; i++)
		if (m->queries[i].role == RESOLVER_DOH && m->queries[i].failure == NULL)
			return true;
	return false;
}

struct remedy_row {
	const char *text;
	bool (*done)(const struct measurement *m); /* NULL: never */
};

static const struct remedy_row remedies[REMEDY_MAX] = {
    [REMEDY_VANTAGE] = {"A look from elsewhere at the same moment, by a helper that is not behind your network: netvane check "
			"--control HELPER --url {url}", has_vantage},
    [REMEDY_AGAIN] = {"The same again in an hour, and tomorrow: netvane check --url {url}", NULL},
    [REMEDY_OTHER_LINE] = {"The same over another provider (a phone's mobile data): that tells a filter or fault of your own "
			   "line from one that meets others, too.", NULL},
    [REMEDY_DOH] = {"A resolver over HTTPS that can be reached from here, since nobody on the way can change what it says: "
		    "netvane check --doh URL --url {url}", has_doh},
    [REMEDY_ROUTER] = {"A look at the settings of your router and computer: which resolver do they use, and does it filter?", NULL},
    [REMEDY_WEEK] = {"A week of rounds (netvane check, from cron): then netvane knows what is normal for this site here.",
	has_history},
    [REMEDY_TRACE] = {"How far away it is: netvane check --trace --url {url} (it stands out; read docs/safety.md before)",
	has_trace},
    [REMEDY_HTTPS] = {"The site's https:// address, if it has one: a certificate proves what a plain page cannot.", NULL},
    [REMEDY_BROWSER] = {"A look at the page in a browser: does the site say why?", NULL},
    [REMEDY_OPERATORS] = {"The site's operators, or friends elsewhere: do they see the same?", NULL},
    [REMEDY_CLOCK] = {"A look at this computer's date and time.", NULL},
    [REMEDY_ANTIVIRUS] = {"The same again with the antivirus program's inspection of HTTPS switched off, or at another "
			  "computer on the same line.", NULL},
    [REMEDY_LINE] = {"The same again once the line works (or, behind a login page, once you have logged in): netvane check --url {url}", NULL},
    [REMEDY_MEASURE] = {"A measurement of netvane's own, with tests that OONI does not make: netvane check --url {url}", NULL},
};

const char *
remedy_words(enum remedy remedy)
{
	return remedies[remedy].text;
}

bool
remedy_is_done(enum remedy remedy, const struct measurement *m)
{
	return remedies[remedy].done != NULL && remedies[remedy].done(m);
}

/* --- what was seen --------------------------------------------------------------------------- */

static const char *const seen[MECHANISM_MAX] = {
    [MECHANISM_NONE] = "fails",
    [DNS_NXDOMAIN] = "says that this name does not exist",
    [DNS_REFUSED] = "refuses to answer for this name",
    [DNS_SERVFAIL] = "says that it cannot look this name up",
    [DNS_TIMEOUT] = "keeps silent about this name",
    [DNS_NO_ANSWER] = "says that this name has no address",
    [DNS_BOGON] = "gives an address that no public site has",
    [DNS_INJECTION] = "gets a forged answer",
    [DNS_REDIRECT] = "gives a wrong address",
    [DNS_WILDCARD] = "gives the address that it gives for any name",
    [TCP_REFUSED] = "is refused",
    [TCP_RESET] = "is reset",
    [TCP_TIMEOUT] = "gets no answer",
    [TCP_UNREACHABLE] = "is turned away as leading nowhere",
    [TLS_SNI_RESET] = "is reset",
    [TLS_SNI_DROP] = "gets no answer any more",
    [TLS_SNI_CLOSE] = "is closed",
    [TLS_ALERT] = "is refused",
    [TLS_MITM] = "ends at a forged certificate",
    [TLS_LOCAL_INTERCEPTION] = "ends at a certificate made on your own side",
    [TLS_CERTIFICATE] = "ends at a certificate that does not verify",
    [HTTP_BLOCKPAGE] = "is a block page",
    [HTTP_RESET] = "is cut off by a reset",
    [HTTP_TIMEOUT] = "stops coming",
    [HTTP_CLOSE] = "breaks off",
    [HTTP_DIFF] = "is another one",
    [HTTP_SERVER_REFUSAL] = "is a refusal",
    [THROTTLING] = "comes slowly",
    [QUIC_DROP] = "gets no answer over QUIC",
};

const char *
mechanism_seen(enum mechanism mechanism)
{
	return seen[mechanism];
}

/* --- the rules ------------------------------------------------------------------------------- */

/* Where the certificate of the site was seen, at an address of other resolvers'. */
#define PROVEN "the site itself is at another address: it showed its certificate there, which nobody in between can forge"

static const struct rule_words table[] = {
    {"too_many_observations",
	"The record has more observations than any measurement of netvane's makes, so it was not judged.",
	{0}, {REMEDY_AGAIN}},
    {"interrupted",
	"The measurement was cut short before the site was reached: you stopped it, or its own limit of time was over. That says "
	"nothing about the site.",
	{0}, {REMEDY_AGAIN}},
    {"network_not_online",
	"Your line did not work as it should when this was measured, or nobody could look whether it did (see \"network\" "
	"above). So no site is blamed.",
	{CAUSE_LINE}, {REMEDY_LINE, REMEDY_OTHER_LINE}},

    {"all_names_led_there",
	"Your resolver (which turns names into addresses) leads this name, and names that have nothing to do with it, to one and the "
	"same address. So does a portal before you log in, or a resolver that is out of order. It says nothing about the site.",
	{CAUSE_LINE}, {REMEDY_LINE, REMEDY_OTHER_LINE}},
    {"injected_site_proven",
	"Somebody on the way forges answers about this name: a question about it was answered twice, in contradiction, or by an "
	"address that answers no other question. And " PROVEN ".",
	{CAUSE_OWN_FILTER, CAUSE_ON_THE_WAY}, {REMEDY_OTHER_LINE, REMEDY_ROUTER}},
    {"name_denied_site_proven",
	"Your resolver (which turns names into addresses) {seen}, while it answers for other names. But " PROVEN ". The resolver "
	"withholds the name.",
	{CAUSE_OWN_DNS_FILTER, CAUSE_NEW_NAME}, {REMEDY_AGAIN, REMEDY_OTHER_LINE, REMEDY_ROUTER}},
    {"name_fails_site_proven",
	"Your resolver (which turns names into addresses) {seen}, again and again, while it answers for other names. But " PROVEN
	". That is what withholding a name looks like.",
	{CAUSE_RESOLVER_TROUBLE, CAUSE_OWN_DNS_FILTER}, {REMEDY_AGAIN, REMEDY_OTHER_LINE, REMEDY_ROUTER}},
    {"name_unusable_site_proven",
	"What comes from your resolver (which turns names into addresses) is neither an answer nor a clear no. The site is there: "
	"it showed its certificate at the address that other resolvers give. Whether the resolver is out of order or somebody "
	"interferes cannot be told.",
	{CAUSE_RESOLVER_TROUBLE, CAUSE_INTERFERENCE}, {REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"bogon_site_proven",
	"Your resolver (which turns names into addresses) sends this name to an address that no public site can have. But " PROVEN
	". The answer is false.",
	{CAUSE_OWN_DNS_FILTER, CAUSE_INNER_NAMES}, {REMEDY_OTHER_LINE, REMEDY_ROUTER}},
    {"wildcard_site_proven",
	"Your resolver (which turns names into addresses) gives for this name the very address that it gives for names which "
	"nobody has. But " PROVEN ". The resolver treats the name as if it did not exist.",
	{CAUSE_NEW_NAME, CAUSE_OWN_DNS_FILTER}, {REMEDY_AGAIN, REMEDY_OTHER_LINE, REMEDY_ROUTER}},
    {"server_for_any_name",
	"Your resolver (which turns names into addresses) names an address where a server gives one page to whatever name it is "
	"asked for, as servers of block pages do. And " PROVEN ".",
	{CAUSE_STALE_ADDRESS, CAUSE_OWN_DNS_FILTER}, {REMEDY_AGAIN, REMEDY_OTHER_LINE, REMEDY_ROUTER}},
    {"wrong_host_site_proven",
	"At the address that your resolver names, a server shows a certificate which is not the site's. And " PROVEN ".",
	{CAUSE_STALE_ADDRESS, CAUSE_ODD_MACHINE, CAUSE_OWN_DNS_FILTER}, {REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"dead_address_site_proven",
	"The address that your resolver names leads nowhere, time and again. And " PROVEN ". A false address is the best "
	"explanation.",
	{CAUSE_DEAD_NODE, CAUSE_STALE_ADDRESS, CAUSE_OWN_DNS_FILTER}, {REMEDY_VANTAGE, REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"doubtful_address",
	"The address that your resolver names does not lead to the site; an address that others name does. Large sites have many "
	"addresses, and some are out of order now and then: whether this one is false cannot be told.",
	{CAUSE_DEAD_NODE, CAUSE_STALE_ADDRESS, CAUSE_INTERFERENCE}, {REMEDY_VANTAGE, REMEDY_AGAIN, REMEDY_WEEK}},

    {"sometimes_forged",
	"The site was reached, but some connections met a certificate made for its name that no public authority vouches for, "
	"while others met the genuine one. Somebody between you and the site opens some of the connections: that is the best "
	"explanation.",
	{CAUSE_OWN_INTERCEPTOR, CAUSE_ODD_MACHINE}, {REMEDY_AGAIN, REMEDY_OTHER_LINE, REMEDY_TRACE}},
    {"sometimes_fails",
	"Only connections that carry this site's name fail, not all of them but more often than chance explains; those with other "
	"names, made in turns with them, never do.",
	{CAUSE_SITE_BY_NAME, CAUSE_CHANCE, CAUSE_OWN_FILTER}, {REMEDY_VANTAGE, REMEDY_AGAIN, REMEDY_OTHER_LINE, REMEDY_TRACE}},
    {"redirect_fails_elsewhere_too",
	"The site leads to another name of its own, or to its https:// page, and a connection that carries that name {seen}. The same "
	"happens at servers that have nothing to do with the site, while they answer other names. Something on the way reacts to "
	"the name.",
	{CAUSE_OWN_FILTER, CAUSE_ON_THE_WAY}, {REMEDY_OTHER_LINE}},
    {"redirect_fails_at_one_place",
	"The site leads to another name of its own, or to its https:// page, and a connection that carries that name {seen}. The same "
	"happened at the one other server that could be tried.",
	{CAUSE_OWN_FILTER, CAUSE_CHANCE}, {REMEDY_AGAIN, REMEDY_OTHER_LINE, REMEDY_TRACE}},
    {"cut_elsewhere_too",
	"The page {seen}. The same befalls a stranger's page, at a server that has nothing to do with this site, when the "
	"connection carries this site's name; under its own name it comes whole. Something on the way reacts to the name.",
	{CAUSE_OWN_FILTER, CAUSE_ON_THE_WAY}, {REMEDY_OTHER_LINE}},
    {"cut_by_name",
	"The page {seen} when the connection carries the site's name; from the same server, under another name, it comes whole.",
	{CAUSE_SITE_BY_NAME, CAUSE_OWN_FILTER}, {REMEDY_VANTAGE, REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"throttled_by_name",
	"The site is reached, but slowed down: the same page from the same server comes several times slower when the "
	"connection carries this site's name than when it carries another one.",
	{CAUSE_SITE_BY_NAME, CAUSE_OWN_FILTER}, {REMEDY_VANTAGE, REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"throttled_against_history",
	"The site is reached, but comes more than ten times slower than it used to here, while other sites come as fast as they "
	"should.",
	{CAUSE_SITE_OVERLOADED, CAUSE_ROUTE}, {REMEDY_AGAIN, REMEDY_VANTAGE, REMEDY_OTHER_LINE}},
    {"cut_here_only",
	"The site is there, but its page {seen}, at every attempt; seen from elsewhere (the control vantage) it came whole.",
	{CAUSE_SITE_REFUSES_YOU, CAUSE_ROUTE, CAUSE_OWN_FILTER}, {REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"page_not_delivered",
	"The site is there: it showed its certificate. But its page, or one that it sends visitors to, {seen}. Servers do that, "
	"and so does blocking; from here it cannot be told.",
	{CAUSE_SITE_DOWN, CAUSE_SITE_REFUSES_YOU, CAUSE_INTERFERENCE}, {REMEDY_VANTAGE, REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"certificates_differ",
	"The site was reached, but some connections met a certificate that no public authority vouches for. Nothing shows whose "
	"it is.",
	{CAUSE_ODD_MACHINE, CAUSE_OWN_INTERCEPTOR, CAUSE_INTERFERENCE}, {REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"site_refuses",
	"The network delivers. The site itself refuses to show its page, over a connection that nobody in between can forge.",
	{CAUSE_SITE_CHOSE}, {REMEDY_BROWSER, REMEDY_VANTAGE, REMEDY_OTHER_LINE}},
    {"server_error",
	"The network delivers. The site itself answers that it has an error, over a connection that nobody in between can forge.",
	{CAUSE_GATE_TO_SITE}, {REMEDY_AGAIN, REMEDY_OPERATORS}},
    {"some_addresses_fail",
	"The site works, but not at each of its addresses: at one or more of them every connection fails. Whoever is sent there "
	"waits, or sees an error.",
	{CAUSE_DEAD_NODE, CAUSE_SAME_ADDRESS_BLOCKED}, {REMEDY_VANTAGE, REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"quic_dropped",
	"The site works. But QUIC, a faster way to fetch pages that worked here before, gets no answer any more; browsers then "
	"fall back to the usual way.",
	{CAUSE_QUIC_OFF, CAUSE_INTERFERENCE}, {REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"tls_valid",
	"The site was reached: it showed its certificate, which nobody in between can forge without an authority's help.",
	{0}, {0}},

    {"blockpage_elsewhere_too",
	"The page is not the site's: a server that has nothing to do with the site gives the same page as soon as it is asked for "
	"this site's name, and another for a made-up one. Something on the way answers in the servers' place.",
	{CAUSE_OWN_FILTER, CAUSE_ON_THE_WAY}, {REMEDY_OTHER_LINE}},
    {"blockpage_known",
	"Instead of the site came a page that is known as a block page, from elsewhere or from this line's own past.",
	{CAUSE_LOOKS_ALIKE, CAUSE_OWN_FILTER}, {REMEDY_VANTAGE, REMEDY_BROWSER, REMEDY_HTTPS, REMEDY_OTHER_LINE}},
    {"plain_server_for_any_name",
	"The address that your resolver (which turns names into addresses) gives is of a server with one page for whatever name; "
	"at the address that others give is another page.",
	{CAUSE_STALE_ADDRESS, CAUSE_OWN_DNS_FILTER}, {REMEDY_AGAIN, REMEDY_HTTPS, REMEDY_OTHER_LINE}},
    {"plain_page_from_bogon",
	"A page came, but from an address that no public site can have: your resolver (which turns names into addresses) named "
	"it. Others name a public one.",
	{CAUSE_OWN_DNS_FILTER, CAUSE_INNER_NAMES}, {REMEDY_ROUTER, REMEDY_OTHER_LINE, REMEDY_HTTPS}},
    {"host_fails_elsewhere_too",
	"The page {seen}. The same befalls requests for this site's name at a server that has nothing to do with it, which answers "
	"for its own. Something on the way reacts to the name.",
	{CAUSE_OWN_FILTER, CAUSE_ON_THE_WAY}, {REMEDY_OTHER_LINE}},
    {"only_this_host_fails",
	"The page {seen}; when the same server is asked for another name, it answers.",
	{CAUSE_SITE_BY_NAME, CAUSE_OWN_FILTER}, {REMEDY_VANTAGE, REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"host_fails_here_only",
	"The page {seen}, at every attempt; seen from elsewhere (the control vantage) it came.",
	{CAUSE_SITE_REFUSES_YOU, CAUSE_ROUTE, CAUSE_OWN_FILTER}, {REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"plain_page_in_doubt",
	"A page came without encryption, so that nobody vouches for it, and something about it is odd: where it came from, where "
	"it led, or what it says. Whether it is the site's cannot be told.",
	{CAUSE_SITE_CHOSE, CAUSE_REGIONAL_NAMES, CAUSE_INTERFERENCE}, {REMEDY_HTTPS, REMEDY_BROWSER, REMEDY_VANTAGE}},
    {"plain_page_unverified",
	"A page came, and nothing about it is odd. It came without encryption, so nobody vouches that it is the site's.",
	{0}, {REMEDY_HTTPS}},

    {"gone_but_wildcard",
	"The name does not exist any more, says a resolver over HTTPS, whose answer nobody on the way can change. Your resolver "
	"answers for it as for any name that nobody has. No blocking of this site.",
	{CAUSE_REGIONAL_NAMES, CAUSE_OTHERS_LIE}, {REMEDY_OPERATORS, REMEDY_VANTAGE}},
    {"gone_but_injected",
	"The name does not exist any more, says a resolver over HTTPS, whose answer nobody on the way can change; yet somebody on "
	"the way still forges answers about it.",
	{CAUSE_OWN_FILTER, CAUSE_ON_THE_WAY}, {REMEDY_OTHER_LINE, REMEDY_ROUTER}},
    {"gone_but_bogon",
	"The name does not exist any more, says a resolver over HTTPS, whose answer nobody on the way can change; yet your "
	"resolver gives for it an address that no public site can have, and nothing for names that nobody has.",
	{CAUSE_OWN_DNS_FILTER, CAUSE_INNER_NAMES, CAUSE_OTHERS_LIE}, {REMEDY_OTHER_LINE, REMEDY_ROUTER}},
    {"gone_but_served",
	"The name does not exist any more, says a resolver over HTTPS, whose answer nobody on the way can change; yet your "
	"resolver names an address for it, of a server that gives one page to whatever name.",
	{CAUSE_STALE_ADDRESS, CAUSE_OWN_DNS_FILTER, CAUSE_OTHERS_LIE}, {REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"name_gone_everywhere",
	"The name does not exist, and not only here: a resolver over HTTPS, or the control vantage from elsewhere, says so, too. "
	"The site has given it up, or its owner's entry is broken.",
	{CAUSE_REGIONAL_NAMES, CAUSE_OTHERS_LIE}, {REMEDY_OPERATORS}},
    {"no_address_anywhere",
	"The name exists, but has no address, here or elsewhere: its owner's entry is empty.",
	{CAUSE_REGIONAL_NAMES, CAUSE_OTHERS_LIE}, {REMEDY_OPERATORS}},
    {"bogon_everywhere",
	"Every resolver, one over HTTPS among them, names an address that no public site can have: its owner entered it so.",
	{CAUSE_OTHERS_LIE}, {REMEDY_OPERATORS, REMEDY_VANTAGE}},
    {"injected",
	"Somebody on the way answers questions about this name in the resolver's place: a question was answered twice, in "
	"contradiction, or by an address that answers no other. The site itself was not reached, so where it really is "
	"is not proven.",
	{CAUSE_OWN_FILTER, CAUSE_RESOLVER_TROUBLE}, {REMEDY_DOH, REMEDY_VANTAGE, REMEDY_OTHER_LINE}},
    {"bogon_others_differ",
	"Your resolver (which turns names into addresses) gives an address that no public site can have, while elsewhere, "
	"or here until now, the site was at a real one. It was not reached there either, so nothing is proven.",
	{CAUSE_OWN_DNS_FILTER, CAUSE_INNER_NAMES}, {REMEDY_ROUTER, REMEDY_VANTAGE, REMEDY_OTHER_LINE}},
    {"name_denied_others_know_it",
	"Your resolver (which turns names into addresses) {seen}, while it answers for other names, and others know an address "
	"for it. The site was not reached there either, so nothing is proven.",
	{CAUSE_OWN_DNS_FILTER, CAUSE_NEW_NAME, CAUSE_REGIONAL_NAMES}, {REMEDY_AGAIN, REMEDY_VANTAGE, REMEDY_OTHER_LINE}},
    {"name_denied_site_stands",
	"Your resolver (which turns names into addresses) {seen}; every question ends up there, and no resolver over HTTPS could be "
	"reached. But the site still stands, with a valid certificate, at the address where it was for days.",
	{CAUSE_OWN_DNS_FILTER, CAUSE_NAME_LAPSED, CAUSE_RESOLVER_TROUBLE}, {REMEDY_VANTAGE, REMEDY_OPERATORS, REMEDY_OTHER_LINE}},
    {"no_resolver",
	"No resolver (which turns names into addresses) of this computer's was asked, and no other one answered. That says nothing "
	"about the site.",
	{CAUSE_LINE}, {REMEDY_ROUTER, REMEDY_DOH}},
    {"name_not_resolved",
	"Your resolver (which turns names into addresses) {seen}, and nobody else who could be believed gave an address. Whether "
	"the name is out of order or withheld cannot be told.",
	{CAUSE_SITE_DOWN, CAUSE_RESOLVER_TROUBLE, CAUSE_INTERFERENCE}, {REMEDY_DOH, REMEDY_VANTAGE, REMEDY_AGAIN}},

    {"interceptor_trusted_here",
	"Certificates are replaced on every site, the controls included, by somebody whom this computer trusts: that is what an "
	"antivirus program or an employer's filter does. Through it, the site was reached.",
	{CAUSE_INTERFERENCE}, {REMEDY_ANTIVIRUS, REMEDY_OTHER_LINE}},
    {"everything_intercepted",
	"Certificates are replaced on every site, the controls included, by somebody whom this computer does not trust. That is "
	"not about this site, so it is not judged. Enter no passwords on this line.",
	{CAUSE_OWN_INTERCEPTOR, CAUSE_ON_THE_WAY}, {REMEDY_ANTIVIRUS, REMEDY_OTHER_LINE}},
    {"known_interceptor",
	"Somebody between you and the site opens the connection: the certificate was signed with the key of an authority that is "
	"on record for interception. Who holds it can read and change what passes. Enter no password there.",
	{CAUSE_ON_THE_WAY}, {REMEDY_OTHER_LINE, REMEDY_TRACE}},
    {"forged_elsewhere_too",
	"Somebody on the way makes certificates for this site's name: a server that has nothing to do with the site showed one, "
	"too, as soon as the name was sent to it. Who made it can read what passes. Enter no password there.",
	{CAUSE_OWN_INTERCEPTOR, CAUSE_ON_THE_WAY}, {REMEDY_OTHER_LINE, REMEDY_ANTIVIRUS, REMEDY_TRACE}},
    {"genuine_without_name",
	"Somebody between you and the site replaces its certificate: the same address shows the genuine one when its name is not "
	"sent, and one that no public authority vouches for when it is. Who made it can read what passes. Enter no password "
	"there.",
	{CAUSE_OWN_INTERCEPTOR, CAUSE_ON_THE_WAY}, {REMEDY_OTHER_LINE, REMEDY_ANTIVIRUS, REMEDY_TRACE}},
    {"minted_on_the_spot",
	"The certificate is vouched for by no public authority, and was made on the spot: when another name was sent to the same "
	"address, one for that name came, by the same maker. A site has no use for that; somebody who opens connections has.",
	{CAUSE_OWN_INTERCEPTOR, CAUSE_SITE_CERTIFICATE}, {REMEDY_VANTAGE, REMEDY_ANTIVIRUS, REMEDY_OTHER_LINE}},
    {"forger_of_many",
	"The certificate is from an authority that nobody vouches for, and so is that of another site which has nothing to do "
	"with this one. Somebody who opens connections is the best explanation.",
	{CAUSE_OWN_INTERCEPTOR, CAUSE_SITE_CERTIFICATE}, {REMEDY_VANTAGE, REMEDY_ANTIVIRUS, REMEDY_OTHER_LINE}},
    {"known_interceptor_by_name",
	"The certificate bears the name of an authority that is on record for interception. The name alone is no proof, for "
	"anybody can write it; but an honest site would hardly.",
	{CAUSE_SITE_CERTIFICATE, CAUSE_OWN_INTERCEPTOR}, {REMEDY_VANTAGE, REMEDY_OTHER_LINE}},
    {"forged_vantage_differs",
	"Here the site shows a certificate that no public authority vouches for; seen from elsewhere (the control vantage) it "
	"shows a good one.",
	{CAUSE_OWN_INTERCEPTOR, CAUSE_ODD_MACHINE}, {REMEDY_AGAIN, REMEDY_ANTIVIRUS, REMEDY_OTHER_LINE}},
    {"forged_against_history",
	"The site shows a certificate that no public authority vouches for, with the marks of one made on the fly; for "
	"days before it had good ones here, by other makers.",
	{CAUSE_SITE_CERTIFICATE, CAUSE_OWN_INTERCEPTOR}, {REMEDY_VANTAGE, REMEDY_ANTIVIRUS, REMEDY_OTHER_LINE}},
    {"certificate_bad_everywhere",
	"The site's certificate is bad for everybody: seen from elsewhere (the control vantage) it does not verify either.",
	{CAUSE_VANTAGE_BLOCKED}, {REMEDY_OPERATORS}},
    {"certificate_expired",
	"The certificate is the site's, but out of date: it was not renewed in time, or is not valid yet. Somebody who "
	"opens connections would need a public authority's help for one like it.",
	{CAUSE_CLOCK}, {REMEDY_CLOCK, REMEDY_OPERATORS}},
    {"certificate_for_another_name",
	"At the address that all resolvers name, a server shows a good certificate, but for another name: a mistake of the site's "
	"or its hosting company's.",
	{CAUSE_INTERFERENCE}, {REMEDY_OPERATORS, REMEDY_VANTAGE}},
    {"certificate_is_servers",
	"The server shows the same bad certificate for whatever name, and nothing about it says that it was made on the "
	"way: a mistake of the site's or its hosting company's.",
	{CAUSE_INTERFERENCE}, {REMEDY_OPERATORS, REMEDY_VANTAGE}},
    {"certificate_in_doubt",
	"The certificate does not verify. Sites make that mistake, and people who open connections make such certificates; from "
	"here it cannot be told which. Enter no password there.",
	{CAUSE_SITE_CERTIFICATE, CAUSE_OWN_INTERCEPTOR, CAUSE_INTERFERENCE}, {REMEDY_VANTAGE, REMEDY_OTHER_LINE, REMEDY_OPERATORS}},

    {"name_fails_elsewhere_too",
	"Something on the way reacts to this site's name: a connection that carries it {seen}, and the same happens at "
	"servers that have nothing to do with the site, which answer for other names, even made-up ones. It is not the site's "
	"doing.",
	{CAUSE_OWN_FILTER, CAUSE_ON_THE_WAY}, {REMEDY_OTHER_LINE, REMEDY_TRACE}},
    {"name_kills_places",
	"Something on the way reacts to this site's name: servers that have nothing to do with the site, and had just answered, "
	"cannot be reached at all any more once the name was sent to them. It is not the site's doing.",
	{CAUSE_OWN_FILTER, CAUSE_ON_THE_WAY}, {REMEDY_OTHER_LINE, REMEDY_TRACE}},
    {"name_fails_at_one_place",
	"A connection that carries this site's name {seen}, and so it does at one server that has nothing to do with the "
	"site, but answers for other names. Only at one such server was that clear, so chance is not excluded.",
	{CAUSE_CHANCE, CAUSE_OWN_FILTER}, {REMEDY_AGAIN, REMEDY_VANTAGE, REMEDY_OTHER_LINE, REMEDY_TRACE}},
    {"only_this_name_fails",
	"At the site's own address only connections that carry its name fail: each {seen}, while those with other names are "
	"answered.",
	{CAUSE_SITE_BY_NAME, CAUSE_OWN_FILTER}, {REMEDY_VANTAGE, REMEDY_AGAIN, REMEDY_OTHER_LINE, REMEDY_TRACE}},
    {"tls_fails_here_only",
	"From here every connection that carries the site's name {seen}; seen from elsewhere (the control vantage) it is answered.",
	{CAUSE_SITE_REFUSES_YOU, CAUSE_ROUTE, CAUSE_OWN_FILTER}, {REMEDY_AGAIN, REMEDY_OTHER_LINE, REMEDY_TRACE}},
    {"tls_fails_everywhere",
	"The site fails for others as well: seen from elsewhere (the control vantage) no good encrypted connection came "
	"about either.",
	{CAUSE_VANTAGE_BLOCKED}, {REMEDY_AGAIN, REMEDY_OPERATORS}},
    {"tls_fails",
	"The address answers, but the encrypted connection {seen}. A server out of order looks like that, and so does blocking; "
	"from here it cannot be told.",
	{CAUSE_SITE_DOWN, CAUSE_SITE_REFUSES_YOU, CAUSE_INTERFERENCE}, {REMEDY_VANTAGE, REMEDY_AGAIN, REMEDY_WEEK, REMEDY_OTHER_LINE}},
    {"tcp_fails_here_only",
	"From here every connection to the site's address {seen}, while connections to another server, made in turns with them, "
	"all came about; seen from elsewhere (the control vantage) the address answers.",
	{CAUSE_SITE_REFUSES_YOU, CAUSE_ROUTE, CAUSE_OWN_FILTER}, {REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    {"tcp_fails_everywhere",
	"The site is out of order for others as well: seen from elsewhere (the control vantage) its address does not answer either.",
	{CAUSE_VANTAGE_BLOCKED}, {REMEDY_AGAIN, REMEDY_OPERATORS}},
    {"tcp_fails",
	"No connection to the site's address: it {seen}. A server out of order looks like that, and so does blocking; from here "
	"it cannot be told.",
	{CAUSE_SITE_DOWN, CAUSE_ROUTE, CAUSE_INTERFERENCE}, {REMEDY_VANTAGE, REMEDY_AGAIN, REMEDY_WEEK, REMEDY_OTHER_LINE}},
    {"page_fails_everywhere",
	"The page does not come for others either: seen from elsewhere (the control vantage) it fails, too.",
	{CAUSE_VANTAGE_BLOCKED}, {REMEDY_AGAIN, REMEDY_OPERATORS}},
    {"page_fails",
	"The page {seen}. A server out of order looks like that, and so does blocking; from here it cannot be told.",
	{CAUSE_SITE_DOWN, CAUSE_SITE_REFUSES_YOU, CAUSE_INTERFERENCE}, {REMEDY_VANTAGE, REMEDY_AGAIN, REMEDY_HTTPS, REMEDY_OTHER_LINE}},
    {"nothing_observed",
	"Nothing was seen from which anything follows.",
	{0}, {REMEDY_AGAIN}},

    /* not of our table: results/verdict_ooni.c */
    {"ooni_stored_verdict",
	"This is a record of OONI Probe's. The verdict is the one that stands in it, in netvane's words; netvane has not judged "
	"it. It rests on a comparison with what OONI's helper saw from elsewhere.",
	{CAUSE_OONI_DIFF, CAUSE_SITE_REFUSES_YOU, CAUSE_OWN_FILTER}, {REMEDY_MEASURE, REMEDY_OTHER_LINE}},
};

/* For a rule that is not ours: no more than the status says by itself. */
static const struct rule_words by_status[VERDICT_STATUS_MAX] = {
    [VERDICT_NONE] = {NULL, "Nothing was judged. Control sites, which show whether the line works, have no verdict.", {0}, {0}},
    [VERDICT_OK] = {NULL, "The site was reached.", {0}, {0}},
    [VERDICT_BLOCKED] = {NULL, "Interference was held to be proven, by a rule that this version of netvane does not have.",
	{CAUSE_OWN_FILTER, CAUSE_ON_THE_WAY}, {REMEDY_AGAIN, REMEDY_OTHER_LINE}},
    [VERDICT_LIKELY_BLOCKED] = {NULL, "Interference was held to be the best explanation, by a rule that this version of netvane "
				      "does not have.",
	{CAUSE_SITE_DOWN, CAUSE_SITE_REFUSES_YOU, CAUSE_OWN_FILTER}, {REMEDY_AGAIN, REMEDY_VANTAGE, REMEDY_OTHER_LINE}},
    [VERDICT_IMPAIRED] = {NULL, "The network delivered, but something works badly, or the site refuses.",
	{CAUSE_SITE_DOWN, CAUSE_INTERFERENCE}, {REMEDY_AGAIN, REMEDY_VANTAGE}},
    [VERDICT_DOWN] = {NULL, "The fault was held to be the site's own.", {CAUSE_INTERFERENCE}, {REMEDY_AGAIN, REMEDY_OPERATORS}},
    [VERDICT_INSUFFICIENT] = {NULL, "From here it cannot be told whether the site or somebody in between is the cause.",
	{CAUSE_SITE_DOWN, CAUSE_LINE, CAUSE_INTERFERENCE}, {REMEDY_AGAIN, REMEDY_VANTAGE, REMEDY_OTHER_LINE}},
};

const struct rule_words *
rule_words_find(const char *rule)
{
	size_t i;

	for (i = 0; rule != NULL && i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].rule, rule) == 0)
			return &table[i];
	return NULL;
}

const struct rule_words *
rule_words(const char *rule, enum verdict_status status)
{
	const struct rule_words *words = rule_words_find(rule);

	return words != NULL ? words : &by_status[status];
}
