/*
 * The questions that the rows of the rule table (verdict.c) ask. Each looks at the findings alone and says yes or no; what a
 * yes means, and why, is in the table and in docs/methodology.md. They stand in rules_X.c by the step they are about.
 */
#ifndef RESULTS_RULES_H
#define RESULTS_RULES_H

#include <stdbool.h>

#include "results/findings.h"
#include "results/verdict.h"

/* The target answered as itself: TLS that verifies; or, for http://, any response. */
bool rule_reached(const struct findings *x);

/* DNS */
bool rule_all_names_led_there(const struct findings *x);
bool rule_injected_site_proven(const struct findings *x);
bool rule_denied_site_proven(const struct findings *x);
bool rule_fails_site_proven(const struct findings *x);
bool rule_unusable_site_proven(const struct findings *x);
bool rule_bogon_site_proven(const struct findings *x);
bool rule_wildcard_site_proven(const struct findings *x);
bool rule_server_for_any_name(const struct findings *x);
bool rule_wrong_host_site_proven(const struct findings *x);
bool rule_dead_address_site_proven(const struct findings *x);
bool rule_doubtful_address(const struct findings *x);
bool rule_gone_but_wildcard(const struct findings *x);
bool rule_gone_but_bogon(const struct findings *x);
bool rule_gone_but_injected(const struct findings *x);
bool rule_gone_but_served(const struct findings *x);
bool rule_name_is_gone(const struct findings *x);
bool rule_name_has_no_address(const struct findings *x);
bool rule_everyone_gives_bogon(const struct findings *x);
bool rule_injected(const struct findings *x);
bool rule_bogon_others_differ(const struct findings *x);
bool rule_denied_others_know_it(const struct findings *x);
bool rule_denied_site_stands(const struct findings *x);
bool rule_no_resolver(const struct findings *x);
bool rule_dns_fails(const struct findings *x);
enum mechanism mechanism_by_system(const struct findings *x);

/* TCP and TLS */
bool rule_some_addresses_fail(const struct findings *x);
bool rule_local_interception_trusted(const struct findings *x);
bool rule_local_interception(const struct findings *x);
bool rule_known_interceptor(const struct findings *x);
bool rule_forged_elsewhere_too(const struct findings *x);
bool rule_genuine_without_name(const struct findings *x);
bool rule_minted(const struct findings *x);
bool rule_forger_of_many(const struct findings *x);
bool rule_known_interceptor_by_name(const struct findings *x);
bool rule_forged_vantage_differs(const struct findings *x);
bool rule_forged_against_history(const struct findings *x);
bool rule_certificate_expired(const struct findings *x);
bool rule_certificate_for_another_name(const struct findings *x);
bool rule_certificate_bad_elsewhere(const struct findings *x);
bool rule_certificate_is_servers(const struct findings *x);
bool rule_certificate_in_doubt(const struct findings *x);
bool rule_sometimes_forged(const struct findings *x);
bool rule_sometimes_forged_in_doubt(const struct findings *x);
bool rule_name_fails_elsewhere_too(const struct findings *x);
bool rule_redirect_fails_elsewhere_too(const struct findings *x);
bool rule_redirect_fails_at_one_place(const struct findings *x);
bool rule_name_kills_places(const struct findings *x);
bool rule_name_fails_at_one_place(const struct findings *x);
bool rule_only_this_name_fails(const struct findings *x);
bool rule_sometimes_fails(const struct findings *x);
bool rule_tls_fails_here_only(const struct findings *x);
bool rule_tls_fails_everywhere(const struct findings *x);
bool rule_tls_fails(const struct findings *x);
bool rule_tcp_fails_here_only(const struct findings *x);
bool rule_tcp_fails_everywhere(const struct findings *x);
bool rule_tcp_fails(const struct findings *x);
enum mechanism mechanism_by_first_reply(const struct findings *x);
enum mechanism mechanism_by_commonest_reply(const struct findings *x);
enum mechanism mechanism_by_worst(const struct findings *x);

/* HTTP, throttling */
bool rule_cut_elsewhere_too(const struct findings *x);
bool rule_cut_by_name(const struct findings *x);
bool rule_cut_here_only(const struct findings *x);
bool rule_page_never_comes(const struct findings *x);
bool rule_throttled_by_name(const struct findings *x);
bool rule_throttled_against_history(const struct findings *x);
bool rule_site_refuses(const struct findings *x);
bool rule_site_is_broken(const struct findings *x);
bool rule_reached_over_tls(const struct findings *x);
bool rule_blockpage_elsewhere_too(const struct findings *x);
bool rule_blockpage_known(const struct findings *x);
bool rule_host_fails_elsewhere_too(const struct findings *x);
bool rule_only_this_host_fails(const struct findings *x);
bool rule_host_fails_here_only(const struct findings *x);
bool rule_plain_server_for_any_name(const struct findings *x);
bool rule_plain_page_from_bogon(const struct findings *x);
bool rule_plain_page_in_doubt(const struct findings *x);
bool rule_plain_page(const struct findings *x);
bool rule_page_fails_everywhere(const struct findings *x);
bool rule_page_fails(const struct findings *x);
bool rule_quic_dropped(const struct findings *x);
enum mechanism mechanism_by_page(const struct findings *x);
enum mechanism mechanism_by_host_reply(const struct findings *x);

/* The network and the run */
bool rule_too_many_observations(const struct findings *x);
bool rule_interrupted(const struct findings *x);
bool rule_network_does_not_work(const struct findings *x);

#endif
