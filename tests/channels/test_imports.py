"""Item tables of other programs."""

from pathlib import Path

import pytest

from channels.settings import Settings
from tests.running import run_command

FORM_OF_5374 = (
    "type,name,notice,furigana\n"
    "粗大ごみ,ソファー（袋に入らないもの）,申し込んでください。,そ\n"
    "収集不可,墓石,市では集めません。,は\n"
    "収集不可,墓石,市では集めません。,ほ\n"
    ",コンテナ,清掃課へお尋ねください。,こ\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_the_form_of_5374_is_imported_with_readings(
    settings: Settings, tmp_path: Path, encoding: str
) -> None:
    source = tmp_path / "target.csv"
    source.write_bytes(FORM_OF_5374.encode(encoding))
    state, folder = settings.state_folder, settings.draft_folder
    done = run_command("import", "items", str(source), state=state, faq=folder)
    assert done.returncode == 0, done.stderr
    assert "3 件（分け方 3 種類）" in done.stdout
    written = (folder / "items" / "gomi.csv").read_text(encoding="utf-8").splitlines()
    assert written[0] == "name,reading,aliases,category,note"
    assert written[1].startswith("ソファー（袋に入らないもの）,そふぁー,,粗大ごみ,")
    assert run_command("check", str(folder), state=state, faq=folder).returncode == 0
    again = run_command("import", "items", str(source), state=state, faq=folder)
    assert (again.returncode, "--replace" in again.stderr) == (1, True)
    replaced = run_command("import", "items", str(source), "--replace", state=state, faq=folder)
    assert replaced.returncode == 0


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("a,b\n1,2\n", ":1:1: 1行目に列「name、category」がありません"),
        ("name,category\n,資源\n", ":2:1: 「name」が空です"),
        ("name,category\n布団,\n", ":2:1: 「category」が空です"),
        ("name,category,note\n布団,粗大,甲\n布団,粗大,乙\n", ":3:1: 「布団」が2回あります"),
        ('name,category\n"布団,粗大\n', "CSV として読めません"),
    ],
)
def test_every_problem_of_a_table_is_said(
    settings: Settings, tmp_path: Path, table: str, said: str
) -> None:
    source = tmp_path / "table.csv"
    source.write_text(table, encoding="utf-8")
    done = run_command(
        "import", "items", str(source), state=settings.state_folder, faq=settings.draft_folder
    )
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
