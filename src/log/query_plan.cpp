#include "log/query_plan.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::log {

namespace {

using cursors = std::vector<std::unique_ptr<cursor>>;
using found = result<std::optional<position>>;

constexpr std::size_t page_min = 16;
constexpr std::size_t page_max = 1024;

bool is_before(position a, position b, direction way) {
    return way == direction::forward ? a < b : b < a;
}

// One list, read a page at a time; the pages grow as long as they are read and not jumped over.
class list_cursor final : public cursor {
public:
    list_cursor(postings const& lists, posting_key key, direction way)
        : lists_(lists), key_(key), way_(way) {}

    found seek(position target) override {
        auto const past = [this](position one, position wanted) {
            return is_before(one, wanted, way_);
        };
        next_ = std::lower_bound(next_, page_.end(), target, past);
        if (next_ == page_.end()) {
            if (is_last_page_) return std::nullopt;
            size_ = 4 * used_ < page_.size() ? page_min : std::min(2 * size_, page_max);
            used_ = 0;
            DIPTYCH_TRY(
                page_,
                way_ == direction::forward ? lists_.after(key_, target - 1, size_)
                                           : lists_.before(key_, target + 1, size_)
            );
            is_last_page_ = page_.size() < size_;
            next_ = page_.begin();
            if (page_.empty()) return std::nullopt;
        }
        ++used_;
        return *next_;
    }

private:
    postings const& lists_;
    posting_key key_;
    direction way_;
    std::size_t size_ = page_min / 2;
    std::size_t used_ = 0;  // of the page, roughly
    bool is_last_page_ = false;
    std::vector<position> page_;
    std::vector<position>::iterator next_ = page_.begin();
};

class every_position final : public cursor {
public:
    every_position(postings const& lists, direction way)
        : first_(lists.first()), last_(lists.last()), way_(way) {}

    found seek(position target) override {
        auto const nearest =
            way_ == direction::forward ? std::max(target, first_) : std::min(target, last_);
        if (nearest < first_ || nearest > last_) return std::nullopt;
        return nearest;
    }

private:
    position first_;
    position last_;
    direction way_;
};

class any_of final : public cursor {
public:
    any_of(cursors of, direction way) : of_(std::move(of)), way_(way) {}

    found seek(position target) override {
        std::optional<position> nearest;
        for (auto const& one : of_) {
            DIPTYCH_TRY(auto const at, one->seek(target));
            if (at && (!nearest || is_before(*at, *nearest, way_))) nearest = at;
        }
        return nearest;
    }

private:
    cursors of_;
    direction way_;
};

// Leapfrog: each list in turn jumps to where the others are, until all stand together.
class all_of final : public cursor {
public:
    explicit all_of(cursors of) : of_(std::move(of)) {}

    found seek(position target) override {
        std::size_t agreed = 0;
        for (std::size_t i = 0; agreed < of_.size(); i = (i + 1) % of_.size()) {
            DIPTYCH_TRY(auto const at, of_[i]->seek(target));
            if (!at) return std::nullopt;
            agreed = *at == target ? agreed + 1 : 1;
            target = *at;
        }
        return target;
    }

private:
    cursors of_;
};

// Ids, and types beside them. An event looked at for nothing costs less than a look into the long
// lists of types, so these are not read before there have been many candidates, and then only as
// long as they leave most of them out, which a sample tells.
class ids_of_types final : public cursor {
public:
    ids_of_types(std::unique_ptr<cursor> ids, std::unique_ptr<cursor> types, direction way)
        : ids_(std::move(ids)), types_(std::move(types)), way_(way) {}

    found seek(position target) override {
        for (;;) {
            if (left_ == 0) go_on();
            DIPTYCH_TRY(auto const at, ids_->seek(target));
            if (!at) return at;
            --left_;
            if (how_ == phase::ids) return at;
            DIPTYCH_TRY(auto const typed, types_->seek(*at));
            if (!typed || *typed == *at) {
                ++agreed_;
                return typed;
            }
            target = how_ == phase::both ? *typed : way_ == direction::forward ? *at + 1 : *at - 1;
        }
    }

private:
    enum class phase { ids, sample, both };
    static constexpr std::size_t first_stretch = 128;
    static constexpr std::size_t sample_size = 16;
    static constexpr std::size_t stretch = 1024;

    void go_on() {
        if (how_ != phase::sample)
            how_ = phase::sample;
        else
            how_ = 2 * agreed_ < sample_size ? phase::both : phase::ids;
        left_ = how_ == phase::sample ? sample_size : stretch;
        agreed_ = 0;
    }

    std::unique_ptr<cursor> ids_;
    std::unique_ptr<cursor> types_;
    direction way_;
    phase how_ = phase::ids;
    std::size_t left_ = first_stretch;  // candidates of this phase
    std::size_t agreed_ = 0;            // of them, of a right type
};

std::unique_ptr<cursor> united(cursors of, direction way) {
    if (of.size() == 1) return std::move(of.front());
    return std::make_unique<any_of>(std::move(of), way);
}

std::unique_ptr<cursor> intersected(cursors of) {
    if (of.size() == 1) return std::move(of.front());
    return std::make_unique<all_of>(std::move(of));
}

}  // namespace

std::unique_ptr<cursor> plan(query const& what, postings const& lists, direction way) {
    auto const list = [&](posting_kind kind, std::string_view text) {
        return std::make_unique<list_cursor>(lists, posting_key{.kind = kind, .text = text}, way);
    };
    auto const narrowest = [&](query_item const& item) -> std::unique_ptr<cursor> {
        cursors types;
        for (auto const& type : item.types) types.push_back(list(posting_kind::type, type));
        cursors ids;
        for (auto const& tag : item.tags) ids.push_back(list(posting_kind::name, tag));
        if (!ids.empty()) {
            auto named = intersected(std::move(ids));
            if (types.empty()) return named;
            return std::make_unique<ids_of_types>(
                std::move(named), united(std::move(types), way), way
            );
        }
        // Beside an id, a category says little that looking at the event would not.
        cursors needed;
        if (!types.empty()) needed.push_back(united(std::move(types), way));
        if (!what.category.empty()) needed.push_back(list(posting_kind::category, what.category));
        if (needed.empty()) return std::make_unique<every_position>(lists, way);
        return intersected(std::move(needed));
    };
    if (what.items.empty()) return narrowest({});
    cursors items;
    for (auto const& item : what.items) items.push_back(narrowest(item));
    return united(std::move(items), way);
}

}  // namespace diptych::log
