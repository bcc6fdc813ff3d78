using System.Globalization;
using System.Text;
using System.Text.Json;
using Lifecycle.Statistics;

namespace Lifecycle.Data.Tests;

/// <summary>The bytes of DVC's files against what DVC wrote, and against a second writer.</summary>
public sealed class DvcBytesTests
{
    [Fact]
    public void Dir_EveryVector()
    {
        int count = 0;
        foreach (JsonElement one in DvcOracle.Of("dir"))
        {
            DvcEntry[] entries = [.. one.GetProperty("entries").EnumerateArray().Select(e => new DvcEntry(e.GetProperty("relpath").GetString()!, e.GetProperty("md5").GetString()!))];
            byte[] bytes = DvcDirectoryObject.Write(entries);
            Assert.Equal(one.GetProperty("bytes_utf8").GetString(), Encoding.UTF8.GetString(bytes));
            Assert.Equal(one.GetProperty("oid").GetString(), DvcDirectoryObject.Oid(bytes));
            IReadOnlyList<DvcEntry> read = DvcDirectoryObject.Parse(bytes, "x.dir");
            Assert.Equal(entries.Distinct().OrderBy(e => e.Path, StringComparer.Ordinal), read.OrderBy(e => e.Path, StringComparer.Ordinal));
            Assert.Equal(bytes, DvcDirectoryObject.Write(read));
            count++;
        }

        Assert.Equal(31, count);
    }

    [Fact]
    public void Dir_Constants()
    {
        Assert.Equal("d751713988987e9331980363e24189ce.dir", DvcDirectoryObject.Oid(DvcDirectoryObject.Write([])));
        string[] names = ["😀.txt", "\ue000.txt", "\uffff.txt", "\ufb01.txt", "z.txt"];
        Assert.Equal(
            "33aea5d11fc1ee35d58467a010e23f47.dir",
            DvcDirectoryObject.Oid(DvcDirectoryObject.Write(names.Select(n => new DvcEntry(n, Md5Hash.Of(Encoding.UTF8.GetBytes(n)).Hex)))));
    }

    [Fact]
    public void Scalar_EveryVector_WrittenAndReadBack()
    {
        int count = 0;
        foreach (JsonElement one in DvcOracle.Of("yaml_path_scalar"))
        {
            string value = one.GetProperty("value").GetString()!;
            string yaml = one.GetProperty("yaml").GetString()!;
            Assert.Equal(yaml, "outs:\n- md5: a\n  path: " + YamlScalar.Write(value, column: 8, indent: 2) + "\n");
            DvcNode output = DvcFileReader.Read(Encoding.UTF8.GetBytes(yaml), "x.dvc")!.Find("outs")!.Items[0];
            Assert.Equal(value, output.Find("path")!.Text);
            count++;
        }

        Assert.Equal(155, count);
    }

    [Fact]
    public void StageMd5_EveryVector()
    {
        int count = 0;
        foreach (JsonElement one in DvcOracle.Of("stage_md5"))
        {
            string json = one.GetProperty("json").GetString()!;
            Assert.Equal(one.GetProperty("md5").GetString(), Md5Hash.Of(Encoding.ASCII.GetBytes(json)).Hex);
            DvcNode stage = DvcFileReader.Read(Encoding.UTF8.GetBytes(json), "x.dvc")!;
            StringBuilder output = new();
            PythonJson.Append(output, stage, (_, _) => true);
            Assert.Equal(json, output.ToString());
            Assert.Equal(one.GetProperty("md5").GetString(), DvcFileWriter.StageMd5(stage));
            count++;
        }

        Assert.Equal(2, count);
    }

    /// <summary>DVC leaves out what describes a stage and what follows from its data, wherever it stands; md5 and "wdir: ." only at the top.</summary>
    [Theory]
    [InlineData("desc: what it is\nfrozen: true\nmeta:\n  a: [1, {b: 2}]\n", "size: 12\n", "isexec: true\n")]
    [InlineData("md5: 00000000000000000000000000000000\nwdir: .\nlocked: true\n", "size: 0\n  nfiles: 3\n", "desc: x\n  type: y\n  labels: [a]\n  metric: true\n  persist: true\n")]
    [InlineData("", "", "")]
    public void StageMd5_LeavesOutWhatDescribes(string top, string dependency, string output)
    {
        const string Md5 = "abf77184f55403d75b9d51d79162a7ca";
        string yaml = $"{top}deps:\n- path: /data/f.csv\n  {dependency}{(dependency.Length > 0 ? "  " : "")}md5: {Md5}\n  hash: md5\n"
            + $"outs:\n- hash: md5\n  {output}{(output.Length > 0 ? "  " : "")}path: imp.csv\n  md5: {Md5}\n";
        Assert.Equal("3efcd0d407dcf57ea8ef77fdfd6d6260", DvcFileWriter.StageMd5(DvcFileReader.Read(Encoding.UTF8.GetBytes(yaml), "x.dvc")!));
        string other = yaml + (top.Contains("wdir", StringComparison.Ordinal) ? "" : "wdir: ..\n") + "cmd: x\n";
        Assert.NotEqual("3efcd0d407dcf57ea8ef77fdfd6d6260", DvcFileWriter.StageMd5(DvcFileReader.Read(Encoding.UTF8.GetBytes(other), "x.dvc")!));
    }

    [Fact]
    public void Legacy_EveryVector()
    {
        int count = 0;
        foreach (JsonElement one in DvcOracle.Of("md5_dos2unix"))
        {
            byte[] content = [.. one.GetProperty("content").EnumerateArray().SelectMany(p =>
                Enumerable.Repeat(Convert.FromHexString(p.GetProperty("hex").GetString()!), p.TryGetProperty("times", out JsonElement times) ? times.GetInt32() : 1).SelectMany(b => b))];
            Assert.Equal(one.GetProperty("length").GetInt32(), content.Length);
            Assert.Equal(one.GetProperty("md5").GetString(), Md5Hash.Of(content).Hex);
            foreach (int piece in new[] { content.Length + 1, 65_537, 1 << 20 })
            {
                using DvcLegacyHash legacy = new();
                foreach (byte[] part in content.Chunk(piece))
                {
                    legacy.Append(part);
                }

                Assert.Equal(one.GetProperty("md5_dos2unix").GetString(), legacy.Finish().Hex);
            }

            count++;
        }

        Assert.Equal(10, count);
    }

    [Fact]
    public void Dir_Generated_EqualsANaiveWriter()
    {
        RandomStream random = new(4103);
        for (int i = 0; i < 250; i++)
        {
            Dictionary<string, string> entries = [];
            for (int files = random.NextBelow(12); files > 0; files--)
            {
                string path = NaiveDvc.RandomText(random, 1 + random.NextBelow(12));
                entries[path] = Md5Hash.Of(Encoding.UTF8.GetBytes(path)).Hex;
            }

            byte[] bytes = DvcDirectoryObject.Write(entries.Select(e => new DvcEntry(e.Key, e.Value)));
            Assert.Equal(NaiveDvc.Dir(entries), Encoding.UTF8.GetString(bytes));
            Assert.Equal(entries.Count, DvcDirectoryObject.Parse(bytes, "d").Count);
        }
    }

    [Fact]
    public void Scalar_Generated_EqualsANaiveWriter_AndReadsBack()
    {
        RandomStream random = new(4105);
        for (int i = 0; i < 3000; i++)
        {
            string value = NaiveDvc.RandomScalar(random);
            string written = YamlScalar.Write(value, 8, 2);
            Assert.Equal(NaiveDvc.Scalar(value), written);
            byte[] file = Encoding.UTF8.GetBytes("outs:\n- md5: a\n  path: " + written + "\n");
            Assert.Equal(value, DvcFileReader.Read(file, "x.dvc")!.Find("outs")!.Items[0].Find("path")!.Text);
        }
    }

    [Theory]
    [InlineData("1e-05", "1e-05")]
    [InlineData("0.1", "0.1")]
    [InlineData("1e16", "1e+16")]
    [InlineData("123456789.0", "123456789.0")]
    [InlineData("1.5e300", "1.5e+300")]
    [InlineData("5.", "5.0")]
    [InlineData("0x1F", "31")]
    [InlineData("~", "null")]
    [InlineData("'1'", "\"1\"")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("True", "true")]
    public void Json_OfAPlainScalar_IsWhatPythonLoads(string yaml, string json)
    {
        StringBuilder output = new();
        PythonJson.Append(output, DvcFileReader.Read(Encoding.UTF8.GetBytes(yaml), "x")!, (_, _) => true);
        Assert.Equal(json, output.ToString());
    }

    [Theory]
    [InlineData("a: 1\na: 2\n", 2, 1)]
    [InlineData("a: &x 1\nb: *x\n", 2, 4)]
    [InlineData("a: !!python/object:os.system 1\n", 1, 4)]
    [InlineData("a: [1\n", 2, 1)]
    [InlineData("a: 'x\u0085y'\n", 1, 6)]
    [InlineData("a: 1\nb: x\u2028y\n", 2, 5)]
    [InlineData("a: \u0007\n", 1, 4)]
    [InlineData("a: \"\\ud800\"\n", 1, 4)]
    [InlineData("--- 1\n--- 2\n", 2, 1)]
    [InlineData("? [a]\n: 1\n", 1, 3)]
    public void Yaml_WrongThings_AreToldWithTheirPlace(string yaml, int line, int column)
    {
        DvcFormatException error = Assert.Throws<DvcFormatException>(() => DvcFileReader.Read(Encoding.UTF8.GetBytes(yaml), "d/x.dvc"));
        Assert.Equal((line, column), ((int)error.Line, (int)error.Column));
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"d/x.dvc:{line}:{column}: "), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", 1, 1)]
    [InlineData("[1]", 1, 2)]
    [InlineData("[{\"md5\": \"a5e54d1fd7bb69a228ef0dcd2431367e\"}]", 1, 44)]
    [InlineData("[{\"md5\": \"xyz\", \"relpath\": \"a\"}]", 1, 10)]
    [InlineData("[{\"md5\": 1, \"relpath\": \"a\"}]", 1, 10)]
    [InlineData("[{\"relpath\": \"\\ud800\", \"md5\": \"a5e54d1fd7bb69a228ef0dcd2431367e\"}]", 1, 14)]
    [InlineData("[\n{\"md5\": \"a5e54d1fd7bb69a228ef0dcd2431367e\", \"relpath\": \"b\"},\n{\"md5\": \"a5e54d1fd7bb69a228ef0dcd2431367e\", \"relpath\": \"a\"}]", 3, 59)]
    [InlineData("[\n{\"md5\": \"a5e54d1fd7bb69a228ef0dcd2431367e\", \"relpath\": \"a\"},\n{\"md5\": \"a5e54d1fd7bb69a228ef0dcd2431367e\", \"relpath\": \"a\"}]", 3, 59)]
    [InlineData("[]x", 1, 3)]
    [InlineData("[", 1, 2)]
    public void Dir_WrongThings_AreToldWithTheirPlace(string json, int line, int column)
    {
        DvcFormatException error = Assert.Throws<DvcFormatException>(() => DvcDirectoryObject.Parse(Encoding.UTF8.GetBytes(json), "x.dir"));
        Assert.Equal((line, column), ((int)error.Line, (int)error.Column));
    }

    [Fact]
    public void OwnMd5_IsThatOfThePlatform()
    {
        RandomStream random = new(1321);
        foreach (int length in Enumerable.Range(0, 301).Append(100_000))
        {
            byte[] bytes = new byte[length];
            NaiveDvc.Fill(random, bytes);
            Md5OneLane own = new();
            foreach (byte[] part in bytes.Chunk(1 + random.NextBelow(200)))
            {
                own.Append(part);
            }

            Assert.Equal(NaiveDvc.Md5(bytes), own.Finish().Hex);
        }
    }
}
