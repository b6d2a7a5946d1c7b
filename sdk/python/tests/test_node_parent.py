"""The channel as child of a real Node parent: fork and spawn, both modes, handles both ways."""

import shutil
import unittest

from support import run_under_node

CHECKS = "messages,values,requests,handlesToChild,handlesFromChild"


@unittest.skipUnless(shutil.which("node"), "needs node")
class NodeParentTest(unittest.TestCase):
    def check(self, checks, style, mode, index):
        code, output = run_under_node(checks, style, mode, index)
        self.assertEqual(code, 0, output)
        if checks is CHECKS:
            self.assertEqual(output, "child ended: 0,\n")

    def test_everything_forked_inModeJson(self):
        self.check(CHECKS, "blocking", "json", "fork")

    def test_everything_forked_inModeAdvanced(self):
        self.check(CHECKS, "blocking", "advanced", "fork")

    def test_everything_onDescriptor5_inModeJson(self):
        self.check(CHECKS, "blocking", "json", "5")

    def test_everything_onDescriptor3_inModeAdvanced(self):
        self.check(CHECKS, "blocking", "advanced", "3")

    def test_everything_withAsyncio_inModeJson(self):
        self.check(CHECKS, "asyncio", "json", "3")

    def test_everything_withAsyncio_inModeAdvanced(self):
        self.check(CHECKS, "asyncio", "advanced", "5")

    def test_ends_ofEitherSide_areSeen(self):
        for style in ("blocking", "asyncio"):
            self.check("endByParent", style, "json", "fork")
            self.check("endByChild", style, "advanced", "3")


if __name__ == "__main__":
    unittest.main()
