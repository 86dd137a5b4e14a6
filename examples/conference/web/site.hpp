/// @file
/// What the pages of registrants and organisers have in common: rows, commands and new ids.
#pragma once

#include "web/forms.hpp"
#include "web/page.hpp"

#include <diptych/application.hpp>
#include <diptych/json_value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conference::web {

/// A command by name, of whatever context.
diptych::model::command const& command_called(std::string_view name);

/// A row of a view that has been read. Keeps the text that its values are in.
class row {
public:
    explicit row(diptych::json::document document) : document_(std::move(document)) {}
    diptych::json::value value() const { return *document_.root().at("0"); }

    /// A value as it is shown: texts without quotes, amounts with their cents; empty if it is null.
    std::string operator[](std::string_view name) const;
    /// Of an element of a list: "lines.0.quantity".
    std::size_t count(std::string_view list) const;

private:
    diptych::json::document document_;
};

/// An answer to a command, for a page: where it was recorded, or why it was not.
struct sent {
    std::optional<diptych::outcome> accepted = {};
    std::string fault = {};  ///< A sentence for people, unless it is accepted.
};

/// Keeps a reference: the application must outlive it. Thread-safe.
class site {
public:
    explicit site(diptych::application& app) : app_(&app) {}

    /// The row for which a column has this value, as new as the log; nullopt if there is none.
    std::optional<row> find(
        std::string const& view, std::string const& column, std::string const& value
    ) const;
    /// All rows of a view, a document with a list, in this order; at most 1000.
    diptych::json::document all(std::string const& view, http::pairs parameters) const;

    /// Sends a command made from what a browser has sent.
    sent send(std::string_view command, http::pairs const& form) const;

    std::string new_id() const;

    /// Asks until the answer is something, but not for long: a browser can come back.
    template <class Question>
    auto wait_for(Question const& question) const {
        for (auto tries = 0; tries < tries_max; ++tries) {
            if (auto answer = question()) return answer;
            rest();
        }
        return question();
    }

    diptych::application& app() const { return *app_; }

private:
    static constexpr int tries_max = 80;
    static void rest();

    diptych::application* app_;
};

/// A value as it is shown.
std::string shown(diptych::json::value const& what);

/// A member of an object as it is shown; empty if there is none.
std::string shown(diptych::json::value const& in, std::string_view member);

}  // namespace conference::web
