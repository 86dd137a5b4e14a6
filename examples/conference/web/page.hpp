/// @file
/// Pages of HTML: what stands in them, and how a browser is sent on. No page needs a script.
#pragma once

#include <diptych/http.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace conference::web {

namespace http = diptych::http;

/// Text as it stands in a page or in an attribute.
std::string escaped(std::string_view text);

/// Text as it stands in a path or behind the '=' of a query.
std::string percent_encoded(std::string_view text);

/// "/days/pay?order=o1", its values encoded; those that are empty are left out.
std::string link_to(
    std::string path, std::initializer_list<std::pair<std::string_view, std::string_view>> query
);

/// "/days/register": a page of the conference that `asked` is about.
std::string path_of(http::request const& asked, std::string_view place);

/// What was asked for behind the '?' by this name; empty if nothing was.
std::string asked_for(http::request const& asked, std::string_view name);

struct page {
    std::string title;
    std::string body;             ///< HTML.
    std::string live_query = {};  ///< Of a view: the page comes anew when its rows change.
    int again_after = 0;          ///< Seconds until a browser asks again; 0: never.
};

http::response show(page const& what, int status = 200);

/// After a POST: look there (303).
http::response send_to(std::string const& path);

/// A page that says what is wrong.
http::response complain(int status, std::string_view sentence);

/// The values that a browser has put into a form, in order. Broken escapes stay as they are.
http::pairs read_form(std::string_view body);

/// The first value of this name; empty if there is none.
std::string value_of(http::pairs const& form, std::string_view name);

}  // namespace conference::web
