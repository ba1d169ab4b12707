"""XES: roles of the standard, document order, physical lines; no entity, no cut file taken."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.refusals import refused
from workbench.intake.formats import read_table, xes, xes_pieces
from workbench.intake.formats.xes_plain import plain_stretch

LOG = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event">
    <string key="concept:name" value="none"/>
  </global>
  <string key="source" value="test"/>
  <trace>
    <string key="concept:name" value="c1"/>
    <string key="region" value="east &amp; west"/>
    <event>
      <string key="concept:name" value="check"/>
      <date key="time:timestamp" value="2026-03-02T09:00:00.000+08:00"/>
    </event>
    <event>
      <string key="concept:name" value="pay"/>
      <string key="org:resource" value="00123"/>
      <date key="time:timestamp" value="2026-03-02T12:00:00.000+08:00"/>
    </event>
  </trace>
  <trace>
    <string key="concept:name" value="c2"/>
    <event>
      <string key="concept:name" value="check"/>
      <date key="time:timestamp" value="2026-03-03T09:00:00.000+08:00"/>
    </event>
  </trace>
</log>
"""
DOCTYPES = {
    "internal": '<!DOCTYPE log [<!ENTITY a "b">]>',
    "external": '<!DOCTYPE log SYSTEM "http://127.0.0.1:9/no.dtd">',
    "parameter": '<!DOCTYPE log [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    "empty": "<!DOCTYPE log>",
}


def read(write, text, name="log.xes"):
    return read_table(write(text, name))


def codes(table):
    return {problem.code: problem.count for problem in table.problems}


def trace(name, *activities):
    events = "".join(f'<event><string key="concept:name" value="{activity}"/></event>'
                     for activity in activities)
    return f'<trace><string key="concept:name" value="{name}"/>{events}</trace>'


def log_of(*traces):
    return f"<log>{''.join(traces)}</log>"


def test_attributes_of_the_case_stand_before_each_of_its_events(write):
    table = read(write, LOG)
    assert table.cells["case:concept:name"].tolist() == ["c1", "c1", "c2"]
    assert table.cells["case:region"].tolist() == ["east & west", "east & west", ""]
    assert table.cells["concept:name"].tolist() == ["check", "pay", "check"]
    assert table.cells["org:resource"].tolist() == ["", "00123", ""]
    assert table.cells["time:timestamp"].tolist()[0] == "2026-03-02T09:00:00.000+08:00"


def test_the_standard_names_the_roles_and_the_document_the_order(write):
    table = read(write, LOG)
    assert table.roles == {"case_id": "case:concept:name", "activity": "concept:name",
                           "end": "time:timestamp", "resource": "org:resource"}
    assert table.is_ordered


def test_the_line_of_an_event_is_the_one_on_which_it_begins(write, monkeypatch):
    expected = [number for number, line in enumerate(LOG.splitlines(), 1) if "<event>" in line]
    assert read(write, LOG).lines.tolist() == expected
    monkeypatch.setattr(xes, "plain_stretch", lambda *_, **__: None)
    assert read(write, LOG).lines.tolist() == expected


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1", "GBK", "gb2312"])
def test_a_declared_encoding_is_followed_packed_or_not(write, encoding, packed):
    text = LOG.replace("UTF-8", encoding)
    text = text if encoding == "ISO-8859-1" else text.replace("check", "审批")
    data = text.encode(encoding)
    table = read(write, gzip.compress(data) if packed else data,
                 "log.xes.gz" if packed else "log.xes")
    assert table.cells["concept:name"].tolist()[0] == (
        "check" if encoding == "ISO-8859-1" else "审批")
    assert table.rows_read == 3


@pytest.mark.parametrize("place", DOCTYPES)
def test_a_document_type_is_refused(write, place):
    text = LOG.replace("<log ", f"{DOCTYPES[place]}\n<log ")
    assert list(refused(lambda: read(write, text))) == ["xml_doctype"]


def test_no_cut_of_a_log_is_taken_for_a_whole_one(write):
    data = LOG.rstrip().encode()
    for length in range(30, len(data)):
        found = refused(lambda length=length: read(write, data[:length]))
        assert list(found) == ["xml_cut"], length
        assert found["xml_cut"][0] >= data[:length].count(b"\n")


def test_a_packed_log_that_is_cut_is_refused(write):
    data = gzip.compress(LOG.encode(), mtime=0)
    assert list(refused(lambda: read(write, data[:-12], "log.xes.gz"))) == ["file_cut"]


@pytest.mark.parametrize(("wrong", "right"), [
    ('value="pay"', 'value="p<y"'), ("</trace>\n</log>", "</trace>\n</event></log>"),
    ('value="pay"', 'value="&pay;"'), ('<event>\n      <string key="concept:name" value="pay"',
                                       "<event <string"),
])
def test_a_log_that_is_not_well_formed_is_refused_with_its_line(write, wrong, right):
    text = LOG.replace(wrong, right)
    line = text[:text.index(right)].count("\n") + 1
    (found,) = refused(lambda: read(write, text)).values()
    assert line <= found[0] <= line + 1


@pytest.mark.parametrize("root", ["<WorkflowLog/>", '<Workbook xmlns="urn:x"><a/></Workbook>'])
def test_another_document_is_refused_by_the_name_of_its_root(write, root):
    assert refused(lambda: read(write, root)) == {"xes_expected": (1, None)}


def said(key, value):
    return f'<string key="{key}" value="{value}"/>'


@pytest.fixture(params=["plain", "parser"])
def way(request, monkeypatch):
    """The log is read as nearly all are, and once more by the parser alone."""
    if request.param == "parser":
        monkeypatch.setattr(xes, "plain_stretch", lambda *_, **__: None)
    return request.param


@pytest.mark.parametrize("key", ["concept:name", "region"])
def test_what_an_event_says_of_its_case_does_not_replace_what_the_case_says(write, way, key):
    of_case = said("concept:name", "{}") + said("region", "east")
    event = "<event>" + said("concept:name", "check") + said(f"case:{key}", "other") + "</event>"
    text = log_of(*(f"<trace>{of_case.format(name)}{event * 2}</trace>" for name in ("c1", "c2")))
    table = read(write, text)
    assert table.cells["case:concept:name"].tolist() == ["c1", "c1", "c2", "c2"]
    assert table.cells["case:region"].tolist() == ["east"] * 4
    assert table.cells[f"event:case:{key}"].tolist() == ["other"] * 4
    assert codes(table) == {"xes_case_key": 4}


def test_a_name_that_is_given_apart_meets_no_other(write, way):
    event = f"<event>{said('case:a', '1')}{said('event:case:a', '2')}</event>"
    table = read(write, log_of(f"<trace>{said('a', '0')}{event}</trace>"))
    assert table.cells.to_dict("list") == {
        "case:a": ["0"], "event:event:case:a": ["1"], "event:case:a": ["2"]}


@pytest.mark.parametrize("twice", [
    "<trace>{0}{1}{0}<event>{1}</event></trace>", "<trace>{1}<event>{0}{1}{0}</event></trace>",
    "<trace><event>{1}</event><event>{0}\n{0}</event></trace>",
    '<trace><event>{0}<date value="2026" key="b"/></event></trace>',
    '<trace><list key="b"><string key="b" value="1"/></list>{0}<event/></trace>',
])
def test_a_key_that_stands_twice_is_refused_with_its_line(write, way, twice):
    found = trace("c1", "x") + "\n" + twice.format(said("b", "1"), said("a", "2"))
    line = 2 + ("\n" in twice)
    assert refused(lambda: read(write, log_of(found))) == {"xes_key_twice": (line, "b")}


@pytest.mark.parametrize("inside", [
    "<event><event>{}</event></event>", "<event>{}<event/></event>", "<trace><event/></trace>",
    "<event>{}<trace><event/></trace></event>", '<string key="a" value="1"><event/></string>',
    '<event><string key="a" value="1"><values><event/></values></string></event>',
    '<event key="a" value="1"><event key="b" value="2"/></event>',
])
def test_an_event_or_a_trace_where_none_belongs_is_refused(write, way, inside):
    text = log_of(trace("c1", "a"), "\n<trace>", inside.format(said("b", "1")), "</trace>")
    assert refused(lambda: read(write, text)) == {"xes_misplaced": (2, None)}
    outside = log_of("<event><event/></event>", trace("c1", "a"))
    assert refused(lambda: read(write, outside)) == {"xes_misplaced": (1, None)}


@pytest.mark.parametrize("name", ["cp936", "utf8", "UTF-16LE", "ascii", "Big5", "windows-1252"])
def test_an_encoding_may_bear_any_of_its_names(write, name):
    word = {"ascii": "check", "windows-1252": "prüfen", "Big5": "審批"}.get(name, "审批")
    text = LOG.replace('encoding="UTF-8"', f"encoding='{name}'").replace("check", word)
    table = read(write, text.encode(name))
    assert table.cells["concept:name"].tolist() == [word, "pay", word]
    assert not table.problems


@pytest.mark.parametrize("name", ["Shift_JIS", "UTF-7", "nonsense", "unicode_escape", "undefined",
                                  "hex", "idna", "utf-32", "", "\u7f16", "a" * 3_000])
def test_an_encoding_that_is_not_read_is_refused_by_name(write, name):
    text = LOG.replace('encoding="UTF-8"', f'encoding="{name}"')
    assert refused(lambda: read(write, text)) == {"encoding_unsupported": (1, None)}
    assert list(refused(lambda: read(write, LOG.encode("utf-32")))) == ["encoding_unsupported"]


@pytest.mark.parametrize("name", ["GBK", "big5", "ISO-8859-1", "utf-16"])
def test_a_log_that_is_utf_8_is_read_so_whatever_it_says(write, name):
    text = LOG.replace("UTF-8", name).replace("check", "审批").replace("pay", "付款")
    table = read(write, text)
    assert table.cells["concept:name"].tolist() == ["审批", "付款", "审批"]
    assert (table.encoding, codes(table)) == ("utf-8", {"encoding_lie": 1})


def test_what_is_not_in_its_declared_encoding_is_refused_with_its_line(write):
    data = LOG.replace("UTF-8", "GBK").encode("gbk").replace(b"00123", b"\xff\xff\xff")
    (found,) = refused(lambda: read(write, data)).items()
    assert found[0] == "encoding_broken"


def test_what_lies_inside_an_attribute_is_counted_and_not_read(write):
    inner = '<string key="concept:name" value="a"><string key="why" value="x"/></string>'
    text = log_of(f'<trace><string key="concept:name" value="c"/><event>{inner}</event></trace>')
    table = read(write, text)
    assert table.cells.to_numpy().tolist() == [["c", "a"]]
    assert codes(table) == {"xes_nested": 1}


def test_cases_without_name_without_events_and_of_one_name_are_counted(write):
    text = log_of(trace("c1", "a"), "<trace><event/></trace>", trace("c2"), trace("c1", "b"))
    table = read(write, text)
    assert codes(table) == {"trace_unnamed": 1, "trace_empty": 1, "trace_twice": 1}
    assert table.cells["case:concept:name"].tolist() == ["c1", "", "c1"]


def test_events_outside_a_case_are_set_aside(write):
    text = log_of(trace("c1", "a"), '\n<event><string key="concept:name" value="b"/></event>')
    table = read(write, text)
    assert (table.rows_read, len(table.cells)) == (2, 1)
    assert table.set_aside == {"event_outside_trace": 1}
    assert table.problems[0].line == 2


def test_a_log_that_invents_a_column_per_event_is_refused(write):
    events = "".join(f'<event><string key="k{k}" value="1"/></event>' for k in range(4_000))
    text = log_of(f'<trace><string key="concept:name" value="c"/>{events}</trace>')
    assert list(refused(lambda: read(write, text))) == ["columns_too_many"]


@pytest.mark.parametrize("piece", [50, 1 << 20])
def test_a_tag_in_a_comment_is_no_tag(write, monkeypatch, piece):
    monkeypatch.setattr(xes_pieces, "_PIECE", piece)
    hidden = trace("c0", "never")
    for text in (log_of(f"<!-- {hidden} -->", trace("c1", "a")),
                 log_of(trace("c1", "a"), f"<!-- </trace>{hidden} -->", trace("c2", "b")),
                 log_of(trace("c1", "a"), f"<?x {hidden} ?>", trace("c2", "b"))):
        assert "never" not in read(write, text).cells["concept:name"].tolist()


@pytest.mark.parametrize("stretch", [
    trace("a<b", "x"), trace("&no;", "x"), trace("a&#0;", "x"), trace("a&amp", "x"),
    trace("a", "x").replace("<event>", "<event>text"), trace("a", "x").replace("</event>", "", 1),
    trace("a", "x").replace('"a"', "'a'"), trace("a", "x").replace("/></event>", "></event>"),
    trace("a", "x").replace("<event>", "<!-- --><event>"), trace("a\tb", "x"),
    trace("a", "x").replace("</event></trace>", '</event><string key="b" value="c"/></trace>'),
    trace("a", "x").replace("</trace>", "</event></trace>"), trace("a", "x") + "</trace>",
    trace("a", "x").replace("<trace>", "<trace><trace>"),
    trace("a", "x").replace("/><event>", "></date><event>"),
    trace("a", "x").replace('"/>', '"\xa0/>'), trace("a", "x").replace('"/>', '"></no>'),
    '<trace><event><string key="a" value="1"/><string value="2" key="b"/></event></trace>',
    '<trace><event><string key="a" key="b"/></event></trace>',
])
def test_what_is_not_plain_is_left_to_the_parser(stretch):
    assert plain_stretch(stretch.encode(), 1) is None
    assert plain_stretch(trace("a", "x").encode(), 1) is not None


@pytest.mark.parametrize("form", [
    '<string value="{}" key="a"/>', '<string\n\tkey="a" value="{}"></string>'])
def test_other_usual_ways_to_write_an_attribute_are_plain_too(form):
    found = plain_stretch(f"<trace>{form.format(0)}<event>{form.format(1)}</event><event>"
                          f"{form.format(2)}</event></trace>".encode(), 1)
    assert found.events["a"].to_pylist() == ["1", "2"]


INNER = '<string key="why" value="x"/>'


@pytest.mark.parametrize(("loose", "text", "nested"), [
    ("/><event>", '/><!-- a "b" \n -->\n<event>', 0),
    ('value="x"/>', f'value="x">\n{INNER}\n{INNER}</string>', 2),
    ('value="x"/>', f'value="x"/>\n<list key="l"><values>{INNER}\n</values>\n</list>', 1),
])
def test_comments_and_what_lies_inside_of_attributes_are_read_as_the_parser_does(
        write, monkeypatch, loose, text, nested):
    whole = log_of(trace("c1", "x").replace(loose, text), "\n", trace("c2", "y", "x"))
    read_fast = xes.flat_stretch(trace("c1", "x").replace(loose, text).encode())
    assert len(read_fast.nested) == nested
    assert plain_stretch(read_fast.text, 1, has_marks=True) is not None
    fast = read(write, whole)
    monkeypatch.setattr(xes, "plain_stretch", lambda *_, **__: None)
    exact = read(write, whole)
    assert fast.cells.to_dict("list") == exact.cells.to_dict("list")
    assert (fast.lines.tolist(), fast.problems) == (exact.lines.tolist(), exact.problems)


@pytest.mark.parametrize("value", [
    "a<!-- -->", "a<!>", "<!--", "\ufffe<!-- -->", 'a"/><!-- -- --><string key="k" value="',
    f'a"><!>{INNER}</string><string key="k" value="',
    f'<string key="k" value="1">{INNER}</string>',
])
def test_a_comment_or_an_attribute_that_only_looks_like_one_is_left_to_the_parser(write, value):
    text = trace("c1", value).encode()
    flat = xes.flat_stretch(text)
    assert plain_stretch(text, 1) is None or "\ufffe" in value
    assert flat is None or plain_stretch(flat.text, 1, has_marks=True) is None
    assert list(refused(lambda: read(write, log_of(trace("c1", value))))) == ["xml_broken"]


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_trace_without_attributes_and_quotes_of_one_kind_are_plain(quote):
    said_so = f"<event><string key={quote}a{quote} value={quote}1{quote}/></event>"
    found = plain_stretch(f"<trace>{said_so}{said_so}</trace><trace>{said_so}</trace>".encode(), 1)
    assert (found.sizes.tolist(), found.traces) == ([2, 1], {})
    assert found.events["a"].to_pylist() == ["1", "1", "1"]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"],
                             exclude_characters="\ufffe\uffff\x85\u2028\u2029"), max_size=6)
ATTRIBUTES = st.dictionaries(st.sampled_from(["concept:name", "a", "b", "部门"]), TEXT, max_size=4)
TRACES = st.lists(st.tuples(ATTRIBUTES, st.lists(ATTRIBUTES, max_size=4)), max_size=6)


KEY_FIRST = "<string key={0}{1}{0} value={0}{2}{0}/>"
FORMS = [KEY_FIRST, "<string value={0}{2}{0} key={0}{1}{0}/>",
         "<string  key={0}{1}{0} value={0}{2}{0} ></string>"]


def written(attributes, gap, quote, form):
    signs = {"&": "&amp;", "<": "&lt;", quote: "&quot;" if quote == '"' else "&#39;"}
    return gap.join(form.format(
        quote, key, "".join(signs.get(sign, sign) for sign in value))
        for key, value in attributes.items())


@settings(deadline=None, max_examples=60)
@given(traces=TRACES, gap=st.sampled_from(["", "\n\t", " "]), quote=st.sampled_from('""\''),
       form=st.sampled_from(FORMS))
def test_the_plain_way_and_the_parser_read_the_same(tmp_path_factory, traces, gap, quote, form):
    body = gap.join(
        gap.join(["<trace>", written(said, gap, quote, form),
                  *(f"<event>{gap}{written(each, gap, quote, form)}{gap}</event>"
                    for each in events),
                  "</trace>"]) for said, events in traces)
    path = tmp_path_factory.mktemp("xes") / "log.xes"
    path.write_text(f"<log>{gap}{body}{gap}</log>", encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xes_pieces, "_PIECE", 200)
        fast = xes.read_xes(path, "log.xes", None)
        patch.setattr(xes, "plain_stretch", lambda *_, **__: None)
        exact = xes.read_xes(path, "log.xes", None)
    assert fast.cells.to_dict("list") == exact.cells.to_dict("list")
    assert fast.lines.tolist() == exact.lines.tolist()
    assert fast.problems == exact.problems
    events = [each for _, events in traces for each in events]
    assert fast.rows_read == len(events)
    for key in {key for each in events for key in each}:
        assert fast.cells[key].tolist() == [each.get(key, "") for each in events]
