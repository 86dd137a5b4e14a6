#include "base/lower_case.hpp"
#include "edge/exchange.hpp"

#include <diptych/http.hpp>

#include <algorithm>
#include <exception>

namespace diptych::http {

namespace {

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return lower_case(x) == lower_case(y);
           });
}

std::optional<std::string_view> find_in(pairs const& all, std::string_view name) {
    for (auto const& [known, value] : all)
        if (known == name) return value;
    return std::nullopt;
}

}  // namespace

headers& headers::add(std::string_view name, std::string_view value) {
    slots_.push_back(
        {.at = static_cast<std::uint32_t>(text_.size()),
         .name_size = static_cast<std::uint32_t>(name.size()),
         .value_size = static_cast<std::uint32_t>(value.size())}
    );
    text_.append(name).append(value);
    return *this;
}

headers::field headers::operator[](std::size_t i) const {
    auto const& one = slots_[i];
    std::string_view const all = text_;
    return {all.substr(one.at, one.name_size), all.substr(one.at + one.name_size, one.value_size)};
}

std::optional<std::string_view> headers::find(std::string_view name) const {
    for (std::size_t i = 0; i < slots_.size(); ++i)
        if (auto const [known, value] = (*this)[i]; same_name(known, name)) return value;
    return std::nullopt;
}

std::string_view request::parameter(std::string_view name) const {
    return find_in(path_parameters, name).value_or(std::string_view{});
}

std::optional<std::string_view> request::query_value(std::string_view name) const {
    return find_in(query, name);
}

bool stream::write(std::string bytes) { return to_->write(std::move(bytes)); }
std::size_t stream::pending() const { return to_->pending(); }
bool stream::is_open() const { return to_->is_open(); }
void stream::close() { to_->close(); }
void stream::on_close(std::function<void()> call) { to_->on_close(std::move(call)); }
void stream::on_room(std::function<void()> call) { to_->on_room(std::move(call)); }

responder::~responder() {
    if (!to_) return;
    try {
        if (std::uncaught_exceptions() > 0)
            answer(problem(500, "exception", "the handler of this request failed"));
        else
            answer(problem(500, "no_answer", "the handler of this request ended without an answer")
            );
    } catch (...) {  // NOLINT(bugprone-empty-catch): no memory to say so, and nobody to tell
    }
}

void responder::answer(response what) {
    if (auto const to = std::move(to_)) to->answer(std::move(what));
}

void responder::answer_later(std::move_only_function<response()> make) {
    if (auto const to = std::move(to_)) to->answer_later(std::move(make));
}

stream responder::open(response head) {
    auto const to = std::move(to_);
    return stream{to->open(std::move(head))};
}

void responder::on_leave(std::function<void()> call) {
    if (to_) to_->on_leave(std::move(call));
}

void responder::mark(std::uint32_t route) {
    if (to_) to_->mark(route);
}

}  // namespace diptych::http
