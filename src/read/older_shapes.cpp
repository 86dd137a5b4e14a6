#include "read/older_shapes.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::read {

namespace {

bool is_named(model::event const& event, std::string_view type) {
    return event.type == type || std::ranges::find(event.formerly, type) != event.formerly.end();
}

bool fits(json::value value, model::type const& type) {
    using enum model::value_kind;
    switch (type.kind) {
        case integer:
            return value.kind() == json::kind::integer;
        case real:
            return value.is_number();
        case boolean:
            return value.kind() == json::kind::boolean;
        case list:
            return value.kind() == json::kind::array;
        case map:
        case object:
            return value.kind() == json::kind::object;
        case json:
            return true;
        default:
            return value.kind() == json::kind::text;
    }
}

bool fits(json::value data, model::event const& shape) {
    return std::ranges::all_of(shape.fields, [&](model::field const& field) {
        auto const value = data.find(field.name);
        if (!value || value->is_null()) return !field.required;
        return fits(*value, field.of);
    });
}

class upcasting : public projection {
public:
    upcasting(std::shared_ptr<older_shapes const> shapes, std::unique_ptr<projection> inner)
        : shapes_(std::move(shapes)), inner_(std::move(inner)) {}

    bool wants(std::string_view type) const override {
        return inner_->wants(type) || shapes_->contains(type);
    }

    result<void> apply(recorded_event const& event) override {
        if (event.erased || !shapes_->contains(event.type)) return inner_->apply(event);
        DIPTYCH_TRY(auto const newer, shapes_->today(event));
        if (!newer) return inner_->apply(event);
        for (auto const& one : *newer) {
            auto as_today = event;
            as_today.type = one.type;
            as_today.data = one.data;
            if (!inner_->wants(one.type)) continue;
            DIPTYCH_TRY(inner_->apply(as_today));
        }
        return {};
    }

    result<event_keys> keys_of(recorded_event const& event) override {
        if (event.erased || !shapes_->contains(event.type)) return inner_->keys_of(event);
        DIPTYCH_TRY(auto const newer, shapes_->today(event));
        if (!newer) return inner_->keys_of(event);
        event_keys all;
        for (auto const& one : *newer) {
            if (!inner_->wants(one.type)) continue;
            auto as_today = event;
            as_today.type = one.type;
            as_today.data = one.data;
            DIPTYCH_TRY(auto const keys, inner_->keys_of(as_today));
            for (auto const& key : keys)
                if (std::ranges::find(all, key) == all.end()) all.push_back(key);
        }
        return all;
    }

    std::string keyed_by() const override { return inner_->keyed_by(); }

private:
    std::shared_ptr<older_shapes const> shapes_;
    std::unique_ptr<projection> inner_;
};

}  // namespace

older_shapes::older_shapes(std::span<model::event const> events) {
    for (auto const& one : events)
        if (one.upcast != nullptr) old_.push_back(one);
    for (auto const& one : events)
        if (one.upcast == nullptr && contains(one.type)) now_.push_back(one);
}

bool older_shapes::contains(std::string_view type) const {
    return std::ranges::any_of(old_, [&](auto const& one) { return is_named(one, type); });
}

result<std::optional<std::vector<model::upcasted>>> older_shapes::today(recorded_event const& event
) const {
    json::document data;
    if (auto const read = data.read(event.data); !read)
        return fail(
            errc::corrupt,
            "event_json",
            "data of event " + std::to_string(event.position.value) +
                " is not JSON: " + read.error().message
        );
    for (auto const& shape : now_)
        if (is_named(shape, event.type) && fits(data.root(), shape)) return std::nullopt;
    std::string why;
    for (auto const& shape : old_) {
        if (!is_named(shape, event.type)) continue;
        auto newer = shape.upcast(event);
        if (newer) return *std::move(newer);
        why = newer.error().message;
    }
    return fail(
        errc::failed,
        "event_misfit",
        std::string{event.type} + " at event " + std::to_string(event.position.value) +
            " is of none of its shapes: " + why
    );
}

std::string older_shapes::meaning() const {
    std::string text;
    for (auto const& one : old_) {
        text += "older " + one.type;
        for (auto const& name : one.formerly) text += ' ' + name;
        for (auto const& field : one.fields)
            text += ' ' + field.name + ':' + std::to_string(static_cast<int>(field.of.kind));
        text += '\n';
    }
    return text;
}

std::unique_ptr<projection> with_upcasts(
    std::shared_ptr<older_shapes const> shapes, std::unique_ptr<projection> inner
) {
    if (shapes->empty()) return inner;
    return std::make_unique<upcasting>(std::move(shapes), std::move(inner));
}

}  // namespace diptych::read
