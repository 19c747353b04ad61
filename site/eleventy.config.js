/** Puts the pages of src/main/pages into the frame of _includes/page.html. Run by build.sh. */
module.exports = function (eleventy) {
    eleventy.addGlobalData("layout", "page.html");
    return { dir: { input: "src/main/pages", output: "target/classes/site" } };
};
