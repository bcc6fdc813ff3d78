// These tests make links, pipes and file modes.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
