"""What Python sees. The engine itself is tested beside its source."""

import doctest
import pickle
import threading
import unittest

import unspin

SPUN = "The Protection Secretary stated that the American navy would stay."
# Characters of one, two, three and four bytes before and inside.
WIDE = "“Ünd” 😀: the Protection Secretary stated — that the American navy would stay. Ω"


class Checks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.unspinner = unspin.Unspinner(assume_spun=True)

    def test_offsets_are_characters(self):
        for text in [SPUN, WIDE]:
            report = self.unspinner.check(text)
            self.assertIn("Protection", [finding.text for finding in report.findings])
            for finding in report.findings:
                self.assertEqual(text[finding.start : finding.end], finding.text)
            fixed = report.fix()
            self.assertIn("Defense Secretary", fixed.text)
            repaired = text
            for edit in reversed(fixed.edits):
                repaired = repaired[: edit.start] + edit.text + repaired[edit.end :]
            self.assertEqual(repaired, fixed.text)

    def test_offsets_map_both_ways(self):
        fixed = self.unspinner.check(WIDE).fix()
        for word in ["😀", "American", "would", "Ω"]:
            start = WIDE.index(word)
            there = fixed.to_fixed(start, start + len(word))
            self.assertEqual(fixed.text[slice(*there)], word)
            self.assertEqual(fixed.to_original(*there), (start, start + len(word)))
        all_of_it = (0, len(fixed.text))
        self.assertEqual(fixed.to_original(*all_of_it), (0, len(WIDE)))
        self.assertEqual(fixed.to_original(len(fixed.text) + 3, len(fixed.text) + 5), (len(WIDE) + 3, len(WIDE) + 5))

    def test_findings_tell(self):
        finding = next(f for f in self.unspinner.check(SPUN).findings if f.text == "Protection")
        self.assertEqual((finding.correction, finding.severity, finding.family), ("Defense", "error", "thesaurus"))
        again = next(f for f in self.unspinner.check(SPUN).findings if f.id == finding.id)
        self.assertEqual((again.corrections, again.evidence), (finding.corrections, finding.evidence))
        self.assertNotEqual(finding.corrections[0], unspin.Unspinner(assume_spun=True).check(SPUN).findings[-1].corrections[0])
        self.assertEqual(finding.confidence, finding.corrections[0].confidence)
        self.assertEqual(finding.is_automatic, finding.applicability == "automatic")
        self.assertTrue(finding.evidence and finding.message and finding.id and finding.rule)
        self.assertIn("'Protection' -> 'Defense'", repr(finding).replace('"', "'"))
        silent = unspin.Unspinner(assume_spun=True, evidence=False).check(SPUN)
        self.assertFalse(any(finding.evidence for finding in silent.findings))

    def test_pickles(self):
        report = self.unspinner.check(WIDE)
        again = pickle.loads(pickle.dumps(report))
        self.assertEqual(again.fix().text, report.fix().text)
        self.assertEqual((again.spun, again.share, again.family, again.rate), (report.spun, report.share, report.family, report.rate))
        self.assertEqual(len(again.findings), len(report.findings))
        names = [name for name in dir(unspin.Finding) if not name.startswith("_")]
        self.assertIn("sources", names)
        for finding, *others in zip(report.findings, again.findings, pickle.loads(pickle.dumps(report.findings))):
            for other in others:
                for name in names:
                    self.assertEqual(getattr(other, name), getattr(finding, name))
        make, (text, fields) = report.__reduce__()
        with self.assertRaisesRegex(ValueError, "another text"):
            make(text[:12], fields)
        fixed = report.fix(confidence=0.7)
        same = pickle.loads(pickle.dumps(fixed))
        self.assertEqual((same.text, same.edits), (fixed.text, fixed.edits))
        for at in range(len(WIDE) + 2):
            self.assertEqual(same.to_fixed(at, at + 1), fixed.to_fixed(at, at + 1))
            self.assertEqual(same.to_original(at, at + 1), fixed.to_original(at, at + 1))
        with self.assertRaises(ValueError):
            fixed.__reduce__()[0](WIDE, "{}")
        settings = {
            "assume_spun": True, "min_confidence": 0.5, "prior": 0.1, "quotes": "check", "families": ["thesaurus"],
            "allow": ["american navy"], "evidence": False, "builtin_dictionaries": True,
            "dictionaries": {"substitutions/own.csv": "original,substitutes,source\nship,boatlet,own\n"},
        }
        text = "The Protection Secretary stated that the American navy would stay aboard the boatlet."
        found = [
            [(finding.text, finding.correction, finding.confidence) for finding in checks.check(text).findings]
            for checks in [unspin.Unspinner(**settings), pickle.loads(pickle.dumps(unspin.Unspinner(**settings)))]
        ]
        self.assertEqual(found[0], found[1])
        self.assertIn("boatlet", [finding[0] for finding in found[0]])
        self.assertNotIn("navy", [finding[0] for finding in found[0]])

    def test_selections(self):
        report = self.unspinner.check(SPUN)
        self.assertEqual(report.fix(ids=[]).text, SPUN)
        one = report.findings[0]
        edits = report.fix(ids=[one.id]).edits
        self.assertEqual([(edit.start, edit.end, edit.text) for edit in edits], [(one.start, one.end, one.correction)])
        sure = [finding for finding in report.findings if finding.is_automatic]
        self.assertEqual(len(report.fix(automatic=True).edits), len(sure))
        self.assertEqual(report.fix(confidence=1.0).text, SPUN)
        for wrong in [{"confidence": 1.5}, {"confidence": 0.5, "automatic": True}, {"ids": [], "confidence": 0.5}]:
            with self.assertRaises(ValueError):
                report.fix(**wrong)

    def test_clean_text_has_nothing(self):
        report = unspin.Unspinner().check("The committee met on Monday and put off its vote until the spring.")
        self.assertEqual((report.findings, report.is_spun, report.family), ((), False, None))
        self.assertEqual(self.unspinner.check("").fix().text, "")

    def test_many_are_as_one(self):
        texts = [SPUN, WIDE, "", "A short one."] * 20
        for threads in [0, 1, 3]:
            reports = self.unspinner.check_many(texts, threads=threads)
            self.assertEqual([report.fix().text for report in reports],
                             [self.unspinner.check(text).fix().text for text in texts])
        self.assertEqual(self.unspinner.check_many([]), [])
        self.assertEqual(len(self.unspinner.check_many(["One."], threads=1_000_000)), 1)

    def test_threads_share_one(self):
        found = []
        threads = [threading.Thread(target=lambda: found.append(self.unspinner.check(SPUN).fix().text)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(found), {self.unspinner.check(SPUN).fix().text})
        self.assertEqual(len(found), 4)

    def test_settings(self):
        allowed = unspin.Unspinner(assume_spun=True, allow=["protection secretary"]).check(SPUN)
        self.assertNotIn("Protection", [finding.text for finding in allowed.findings])
        strict = unspin.Unspinner(assume_spun=True, min_confidence=0.95).check(SPUN)
        self.assertTrue(all(finding.confidence >= 0.95 for finding in strict.findings))
        for wrong in [{"prior": 2}, {"prior": float("nan")}, {"min_confidence": -0.1}, {"quotes": "often"},
                      {"families": ["news"]}, {"families": []}, {"model": "huge"}]:
            with self.assertRaises(ValueError, msg=wrong):
                unspin.Unspinner(**wrong)

    def test_dictionaries(self):
        rows = "phrase,reason\nprotection secretary,an office of ours\n"
        for contents in [rows, rows.encode()]:
            own = unspin.Unspinner(assume_spun=True, dictionaries={"allowed.csv": contents})
            self.assertNotIn("Protection", [finding.text for finding in own.check(SPUN).findings])
        with self.assertRaisesRegex(unspin.DictionaryError, "substitutions/own.csv"):
            unspin.Unspinner(dictionaries={"substitutions/own.csv": "original,substitutes,source\nnavy\n"})

    def test_parts_of_a_report_are_values(self):
        first, second = (self.unspinner.check(SPUN) for _ in range(2))
        for parts in [
            [report.fix().edits for report in (first, second)],
            [[one for finding in report.findings for one in finding.corrections] for report in (first, second)],
            [[one for finding in report.findings for one in finding.evidence] for report in (first, second)],
        ]:
            self.assertTrue(parts[0])
            self.assertEqual(set(parts[0]), set(parts[1]))
        self.assertIsInstance(first.findings[0].sources, tuple)

    def test_what_is_no_text_is_refused(self):
        for wrong in [None, 3, b"bytes"]:
            with self.assertRaises(TypeError):
                self.unspinner.check(wrong)
        with self.assertRaises(UnicodeEncodeError):
            self.unspinner.check("\ud83d")


def load_tests(_loader, tests, _pattern):
    tests.addTests(doctest.DocTestSuite(unspin))
    return tests


if __name__ == "__main__":
    unittest.main()
