"""LibreOffice Writer's LanguageTool checker, pointed at the server, reports the findings of each paragraph.

Runs with the Python that LibreOffice's `uno` is installed for (Debian: /usr/bin/python3 with python3-uno).
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import uno

program = os.path.abspath(sys.argv[1])
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
text = "\U0001f600 Cafe\u0301: " + open(f"{root}/tests/examples/spun-article.txt").read()
server = subprocess.Popen([program, "serve", "--isolated", "--assume-spun", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
base = server.stdout.readline().strip()

with tempfile.TemporaryDirectory() as profile:
    os.makedirs(f"{profile}/user")
    item = '<item oor:path="/org.openoffice.Office.Linguistic/GrammarChecking/LanguageTool"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
    with open(f"{profile}/user/registrymodifications.xcu", "w") as settings:
        settings.write(
            '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
            'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            + item.format("IsEnabled", "true") + item.format("BaseURL", f"{base}/v2") + "</oor:items>"
        )
    pipe = f"unspin{os.getpid()}"
    office = subprocess.Popen(
        ["soffice", "--headless", "--norestore", f"-env:UserInstallation=file://{profile}", f"--accept=pipe,name={pipe};urp;"],
        stderr=subprocess.DEVNULL,
    )
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    for _ in range(120):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except Exception:  # not there yet
            time.sleep(0.5)
    make = lambda name: context.ServiceManager.createInstanceWithContext(name, context)
    locale = uno.createUnoStruct("com.sun.star.lang.Locale")
    locale.Language, locale.Country = "en", "US"
    checker = make("org.openoffice.lingu.LanguageToolGrammarChecker")
    total = 0
    for paragraph in filter(str.strip, text.split("\n")):
        # LibreOffice counts UTF-16 units.
        units = paragraph.encode("utf-16-le")
        result = checker.doProofreading("1", paragraph, locale, 0, len(units) // 2, ())
        got = [
            (units[2 * error.nErrorStart : 2 * (error.nErrorStart + error.nErrorLength)].decode("utf-16-le"), error.aSuggestions[0])
            for error in result.aErrors
        ]
        command = [program, "check", "--isolated", "--assume-spun", "--exit-zero", "--format", "json", "-"]
        lines = subprocess.run(command, input=paragraph.encode(), capture_output=True, check=True).stdout.decode().splitlines()
        findings = [line for line in map(json.loads, lines) if line["type"] == "finding"]
        wanted = [(one["text"], one["corrections"][0]["text"]) for one in findings]
        assert sorted(got) == sorted(wanted), (got, wanted)
        total += len(got)
    try:
        make("com.sun.star.frame.Desktop").terminate()
    except Exception:  # it goes without an answer
        pass
    office.wait(60)
server.terminate()
assert total and server.wait() == 0
print(f"LibreOffice shows {total} findings: those of `unspin check`, paragraph by paragraph")
