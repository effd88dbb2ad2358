"""Reads workbooks back with openpyxl: texts stay texts, amounts are numbers exactly or texts, and nothing is a formula."""

import decimal
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import zipfile

import openpyxl

BINARY = sys.argv[1]
# What the server returns in cents, and what the workbook must hold.
AMOUNTS = {
    "0": 0,
    "36365911": 363659.11,
    "-1": -0.01,
    "10": 0.1,
    "999999999999999": 9999999999999.99,
    "100000000000000": 1000000000000,
    "9007199254740993": "90071992547409.93",
    "12345678901234567": "123456789012345.67",
    "-12345678901234567": "-123456789012345.67",
    "0.1": 0.001,
}
NAMES = [
    "=1+1", "=HYPERLINK(\"http://example.com\")", "+1", "-1", "@SUM(A1)", "007", "1e5", "1/2", "TRUE", "#N/A", " a ", "a\tb",
    "a\nb", "a]]>b", "<a href='x'>&amp;</a>", "上海分公司 🙂", "_x0041_", "_x000D_", "http://example.com/x", "x" * 40000,
]
HIDDEN = {
    "\x1b[31m": "\\u{1b}[31m", "\x00": "\\u{0}", "a\rb": "a\\rb", "\u202e1": "\\u{202e}1", "\ufffe": None, "\uffff": None,
}


def members():
    names = NAMES + list(HIDDEN)
    cents = list(AMOUNTS)
    for at in range(max(len(names), len(cents))):
        yield {"MemberUin": f"{at:015}", "MemberName": names[at % len(names)], "RealBalance": cents[at % len(cents)]}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"]))).get("MemberUins")
        chosen = [member for member in members() if asked is None or member["MemberUin"] in map(str, asked)]
        data = [dict(member, RealBalance="amount") for member in chosen]
        text = json.dumps({"Response": {"Data": data, "TotalCount": len(data), "PageNumber": 1, "PageSize": 100, "RequestId": "r"}})
        # As numbers with all their digits, which no float has.
        for member in chosen:
            text = text.replace('"RealBalance": "amount"', f'"RealBalance": {member["RealBalance"]}', 1)
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def cloudbal(home, status, *arguments):
    variables = {"HOME": home, "PATH": os.environ["PATH"], "TENCENTCLOUD_SECRET_ID": "AKIDx", "TENCENTCLOUD_SECRET_KEY": "hush"}
    done = subprocess.run([BINARY, "--quiet", *arguments], env=variables, capture_output=True)
    assert done.returncode == status and not done.stdout, done


def sheet_of(path, name):
    """The rows of a sheet as dictionaries, after its frame is checked."""
    sheet = openpyxl.load_workbook(path)[name]
    assert sheet.freeze_panes == "A2", (name, sheet.freeze_panes)
    assert sheet.auto_filter.ref == sheet.dimensions, (name, sheet.auto_filter.ref, sheet.dimensions)
    header, *rows = sheet.iter_rows()
    assert all(cell.data_type in "sn" for row in rows for cell in row), f"{name}: formulas, errors or booleans"
    return [dict(zip((cell.value for cell in header), row)) for row in rows]


def check_names(rows):
    # By position: openpyxl strips no blanks and runs no formula.
    for row, member in zip(rows, members(), strict=True):
        name, uin = member["MemberName"], row["sub_account_id"]
        assert (uin.data_type, uin.value) == ("s", member["MemberUin"]), uin.value
        found = row["sub_account_name"].value
        assert row["sub_account_name"].data_type == "s"
        if len(name) > 32767:
            assert len(found) == 32767 and found.endswith("…"), len(found)
        elif HIDDEN.get(name, name) is not None:
            assert found == HIDDEN.get(name, name), (found, name)
        else:
            assert found and not re.search("[\ufffe\uffff]", found), (found, name)


def check_amounts(rows):
    for row, member in zip(rows, members(), strict=True):
        cell, expected = row["available"], AMOUNTS[member["RealBalance"]]
        assert cell.value == expected and (cell.data_type == "s") == isinstance(expected, str), (cell.value, expected)
        if not isinstance(expected, str):
            # A spreadsheet keeps 15 digits: these are the amount.
            exact = decimal.Decimal(member["RealBalance"]).scaleb(-2)
            assert decimal.Decimal(f"{cell.value:.15g}") == exact, (cell.value, exact)
            decimals = "0" * max(2, -exact.normalize().as_tuple().exponent)
            assert cell.number_format == f"[$USD] #,##0.{decimals}", cell.number_format


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "members.xlsx")
        cloud = ["tencent", "members", "--site", "intl", "--endpoint", endpoint, "--retries", "0", "-o", "xlsx", "--file", path]
        cloudbal(folder, 0, *cloud)
        assert openpyxl.load_workbook(path).sheetnames == ["Balances", "Totals", "Errors"]
        rows = sheet_of(path, "Balances")
        check_names(rows)
        check_amounts(rows)
        total = sheet_of(path, "Totals")
        assert [(row["currency"].value, row["accounts"].value) for row in total] == [("USD", len(rows))], total
        assert sheet_of(path, "Errors") == []
        parts = zipfile.ZipFile(path)
        assert not any("externalLink" in name or "vbaProject" in name for name in parts.namelist()), parts.namelist()
        assert b"<hyperlink" not in parts.read("xl/worksheets/sheet1.xml")

        # A member that is not returned is a row of its own sheet, and the status says so.
        asked = [member["MemberUin"] for member in members()] + ["999"]
        cloudbal(folder, 1, *cloud, "--uin", ",".join(asked), "--columns", "available,sub_account_id")
        rows = sheet_of(path, "Balances")
        assert [list(row) for row in rows] == [["available", "sub_account_id"]] * len(asked[:-1])
        check_amounts(rows)
        errors = [(row["sub_account_id"].value, row["kind"].value) for row in sheet_of(path, "Errors")]
        assert errors == [("999", "not_returned")], errors
        assert os.listdir(folder) == ["members.xlsx"], os.listdir(folder)
    print(f"ok      {len(asked) - 1} balances, their totals and an error are read back from a workbook")


main()
