// Expiry: documents disappear from reads and queries `ttl` seconds after their last write, by a clock that tests set.
const { default: Documents } = require("@vercel/cosmosdb-server/lib/account/documents");

const now = Date.now;
let ahead = 0;
Date.now = () => now() + ahead * 1_000;

/** Move the clock of this process forward. */
const advance = (seconds) => (ahead += seconds);

const isOver = ({ ttl, _ts }, defaultTtl, at) => {
  const life = ttl ?? defaultTtl;
  return life !== -1 && at >= _ts + life;
};

const { query, read, _item } = Documents.prototype;
const swept = (act) =>
  function (...given) {
    const defaultTtl = this._parent.read()?.defaultTtl;
    const at = Date.now() / 1_000;
    if (defaultTtl !== undefined) {
      for (const [rid, item] of this._data) if (isOver(item._data, defaultTtl, at)) drop(this, rid, item._data);
    }
    return act.apply(this, given);
  };

function drop(documents, rid, data) {
  documents._index.delete(documents._getId("/id", data.id, documents._getPartition(data)));
  documents._data.delete(rid);
}

Documents.prototype.query = swept(query);
Documents.prototype.read = swept(read);
Documents.prototype._item = function (...given) {
  const item = _item.apply(this, given);
  const data = item.read();
  const defaultTtl = this._parent.read()?.defaultTtl;
  if (!data || defaultTtl === undefined || !isOver(data, defaultTtl, Date.now() / 1_000)) return item;
  drop(this, data._rid, data);
  return this._newItem();
};

module.exports = { advance };
